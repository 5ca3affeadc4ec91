/** Whatever the SDK can send is known: each member of its models is kept or refused by its value, not by its name. */
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { GROUP, SUBSCRIPTION, TOKEN, useSharedLab } from "./lab.ts";
import { rawRequest } from "./raw.ts";
import { bodyWith, sdkMembers } from "./sdk-models.ts";
import { makeDisk, makeVm } from "./vm-lab.ts";

const lab = useSharedLab();
const compute = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
const vm = `${compute}/virtualMachines/web`;
const collection = `${compute}/restorePointCollections/web`;
const location = "westeurope";
const keyUrl = "https://kluis.vault.azure.net/keys/disks/0123456789abcdef0123456789abcdef";
const disks = "2026-03-02";
const machines = "2026-04-01";

/** Members that take any value: JSON of the extension's author, and ids as keys. */
const free = new Set([
  "virtualMachineExtensionUpdate properties.settings",
  "virtualMachineExtensionUpdate properties.protectedSettings",
  "diskEncryptionSetUpdate identity.userAssignedIdentities",
]);
/** Azure writes it; a client may send back what it read. */
const readOnly = "restorePoint properties.sourceMetadata";

const calls: readonly (readonly [model: string, method: string, path: string, version: string])[] = [
  ["disk", "PUT", `${compute}/disks/new`, disks],
  ["diskUpdate", "PATCH", `${compute}/disks/one`, disks],
  ["snapshot", "PUT", `${compute}/snapshots/new`, disks],
  ["snapshotUpdate", "PATCH", `${compute}/snapshots/one`, disks],
  ["grantAccessData", "POST", `${compute}/disks/one/beginGetAccess`, disks],
  ["diskEncryptionSet", "PUT", `${compute}/diskEncryptionSets/new`, disks],
  ["diskEncryptionSetUpdate", "PATCH", `${compute}/diskEncryptionSets/one`, disks],
  ["diskAccess", "PUT", `${compute}/diskAccesses/new`, disks],
  ["restorePointCollection", "PUT", `${compute}/restorePointCollections/new`, machines],
  ["restorePointCollectionUpdate", "PATCH", collection, machines],
  ["restorePoint", "PUT", `${collection}/restorePoints/new`, machines],
  ["virtualMachine", "PUT", vm, machines],
  ["virtualMachineUpdate", "PATCH", vm, machines],
  ["virtualMachineExtension", "PUT", `${vm}/extensions/new`, machines],
  ["virtualMachineExtensionUpdate", "PATCH", `${vm}/extensions/one`, machines],
  ["runCommandInput", "POST", `${vm}/runCommand`, machines],
  ["attachDetachDataDisksRequest", "POST", `${vm}/attachDetachDataDisks`, machines],
];

beforeAll(async () => {
  await makeVm(lab, "web");
  const creationData = { createOption: "Copy", sourceResourceId: await makeDisk(lab, "one") };
  await lab.arm.snapshots.createOrUpdate(GROUP, "one", { location, incremental: true, creationData });
  const identity = { type: "SystemAssigned" };
  await lab.arm.diskEncryptionSets.createOrUpdate(GROUP, "one", {
    location,
    identity,
    activeKey: { keyUrl },
  });
  await lab.arm.restorePointCollections.createOrUpdate(GROUP, "web", { location, source: { id: vm } });
  await lab.arm.virtualMachineExtensions.createOrUpdate(GROUP, "web", "one", {
    location,
    publisher: "Microsoft.Azure.Extensions",
    typePropertiesType: "CustomScript",
    typeHandlerVersion: "2.1",
  });
});

/** Members without members: what holds for them holds for those that contain them. */
function leavesOf(all: readonly string[][]): string[][] {
  const parents = new Set(
    all.map((path) => path.slice(0, -1).join(".")).map((one) => one.replace(/\.\[\]$/, "")),
  );
  return all.filter((path) => !parents.has(path.join(".")));
}

test("each member of the SDK's models is known, and none takes any value", async () => {
  const models = await sdkMembers(calls.map(([model]) => model));
  const unknown: string[] = [];
  const careless: string[] = [];
  let count = 0;
  for (const [model, method, path, version] of calls) {
    for (const names of leavesOf(models.get(model) ?? [])) {
      count += 1;
      const wrong = bodyWith(names, { zzz: {} });
      const body = method === "PUT" ? { location, ...z.record(z.string(), z.unknown()).parse(wrong) } : wrong;
      const url = `${path}?api-version=${version}`;
      const answer = await rawRequest(lab.azure.url, url, { method, token: TOKEN, body });
      const name = `${model} ${names.join(".")}`;
      if (answer.message.includes(`Could not find member '${names.at(-1)}'`)) unknown.push(name);
      if (answer.status < 400 && !free.has(name) && !name.startsWith(readOnly)) careless.push(name);
    }
  }
  expect({ unknown, careless }).toEqual({ unknown: [], careless: [] });
  expect(count).toBeGreaterThan(350);
});
