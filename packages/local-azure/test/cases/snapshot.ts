/** Snapshots: their JSON, family and limits. */
import { expect } from "vitest";
import { at, compute, REGION, text } from "./azure.ts";
import { type Case, guid, sources } from "./case.ts";

const d1 = compute("disks/d1");
const copyOf = (disk: string, more: object = {}): object => ({
  location: REGION,
  properties: { incremental: true, creationData: { createOption: "Copy", sourceResourceId: disk }, ...more },
});

export const snapshot: readonly Case[] = [
  {
    says: "The 202 of a snapshot has what the request says; the rest comes with the operation",
    source: sources.specification,
    run: async (azure) => {
      const answer = await azure.put(compute("snapshots/s1"), { body: copyOf(d1) });
      expect(answer.status).toBe(202);
      expect(at(answer, "properties")).toEqual({
        incremental: true,
        creationData: { createOption: "Copy", sourceResourceId: d1 },
        provisioningState: "Updating",
      });
      expect(answer.headers.get("x-ms-ratelimit-remaining-resource")).toContain(
        "Microsoft.Compute/HighCostSnapshotCreateHydrate3Min;999,Microsoft.Compute/HighCostSnapshotCreateHydrate30Min;7999",
      );
      const status = await azure.finish(answer);
      const source = await azure.get(d1);
      expect(at(status, "properties.output.properties")).toMatchObject({
        incremental: true,
        diskState: "Unattached",
        creationData: { sourceUniqueId: text(at(source, "properties.uniqueId")) },
      });
      expect(at(status, "properties.output.properties.incrementalSnapshotFamilyId")).toMatch(guid);
      expect(at(status, "properties.output.sku")).toEqual({ name: "Standard_LRS", tier: "Standard" });
    },
  },
  {
    says: "The 202 of a snapshot's update lacks ids, state and family",
    source: sources.specification,
    run: async (azure) => {
      const answer = await azure.patch(compute("snapshots/s1"), { body: { tags: { a: "b" } } });
      expect([answer.status, at(answer, "tags.a")]).toEqual([202, "b"]);
      for (const name of ["uniqueId", "diskState", "incrementalSnapshotFamilyId"])
        expect(at(answer, `properties.${name}`)).toBeUndefined();
      await azure.finish(answer);
    },
  },
  {
    says: "Snapshots of one disk are one family; a snapshot of an OS disk keeps system and generation",
    source: sources.incremental,
    run: async (azure) => {
      for (const name of ["os1", "os2"])
        await azure.done("PUT", compute(`snapshots/${name}`), { body: copyOf(compute("disks/web-os")) });
      const [one, two] = [
        await azure.get(compute("snapshots/os1")),
        await azure.get(compute("snapshots/os2")),
      ];
      expect(at(one, "properties.incrementalSnapshotFamilyId")).toBe(
        text(at(two, "properties.incrementalSnapshotFamilyId")),
      );
      expect(at(one, "properties")).toMatchObject({ osType: "Linux", hyperVGeneration: "V2" });
      await azure.done("PUT", compute("disks/from-os1"), {
        body: {
          location: REGION,
          properties: {
            creationData: { createOption: "Copy", sourceResourceId: compute("snapshots/os1") },
          },
        },
      });
      expect(at(await azure.get(compute("disks/from-os1")), "properties")).toMatchObject({
        osType: "Linux",
        hyperVGeneration: "V2",
      });
    },
  },
  {
    says: "Seven incremental snapshots of a disk in five minutes, not eight",
    source: sources.incremental,
    run: async (azure) => {
      await azure.disk("often");
      await azure.advance(301);
      const answers = [];
      for (let index = 0; index < 8; index++)
        answers.push(
          await azure.put(compute(`snapshots/often${index}`), { body: copyOf(compute("disks/often")) }),
        );
      expect(answers.slice(0, 7).map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 202));
      const last = answers[7];
      if (last) expect([409, 429]).toContain(last.status);
      await azure.advance(301);
    },
  },
];
