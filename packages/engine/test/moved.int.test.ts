/** A VM that its owner moves to another resource group stays the same VM: row, points, protection and changed ranges. */
import { createPipelineRequest, type HttpMethods } from "@azure/core-rest-pipeline";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { discover } from "../src/inventory/discover.ts";
import { enhancedPolicy, GROUP, MIB, random, World } from "./world.ts";

const ELSEWHERE = "archive-rg";
let world: World;
let engine: Engine;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());

async function asOwner(method: HttpMethods, path: string, body: unknown): Promise<void> {
  const owner = world.owner();
  const url = `${owner.endpointsOf(CONTOSO_SUBSCRIPTION_ID).armUrl}${path}?api-version=2021-04-01`;
  const request = createPipelineRequest({ url, method, body: JSON.stringify(body) });
  request.headers.set("content-type", "application/json");
  const answer = await owner.compute(CONTOSO_SUBSCRIPTION_ID).pipeline.sendRequest(owner.httpClient, request);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.bodyAsText}`);
}

const group = (name: string) => `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}/resourceGroups/${name}`;

async function moveVm(name: string, from: string, to: string): Promise<void> {
  await asOwner("PUT", group(to), { location: "westeurope" });
  const compute = `${group(from)}/providers/Microsoft.Compute`;
  await asOwner("POST", `${group(from)}/moveResources`, {
    resources: [`${compute}/virtualMachines/${name}`, `${compute}/disks/${name}-os`],
    targetResourceGroup: group(to),
  });
}

it("keeps its protection and history, and its next backup follows it", async () => {
  const image = await world.image("nomad", 24 * MIB, [random(0, MIB)]);
  const vmId = await world.protectedVm({ name: "nomad", disks: [image], policy: enhancedPolicy });
  const first = await world.backUp(vmId);
  await moveVm("nomad", GROUP, ELSEWHERE);
  for (let pass = 0; pass < 2; pass++) await discover(engine.deps, null, AbortSignal.timeout(30_000));

  const rows = await world.db.prisma.virtualMachine.findMany({
    where: { name: "nomad" },
    include: { protection: true },
  });
  expect(rows).toMatchObject([
    { id: vmId, resourceGroup: ELSEWHERE, deletedAt: null, protection: { state: "active" } },
  ]);
  const moved = await world.db.prisma.ledgerEvent.findMany({ where: { kind: "vm.moved", vmId } });
  expect(moved.map(({ data }) => data)).toMatchObject([
    { was: { resourceGroup: GROUP }, now: { resourceGroup: ELSEWHERE } },
  ]);
  expect(await world.db.prisma.ledgerEvent.count({ where: { kind: "vm.deleted", vmId } })).toBe(0);

  const second = await world.backUp(vmId);
  expect(second.vmId).toBe(first.vmId);
  expect(await world.pointDigest(second, "os")).toBe(await world.diskDigest("nomad-os"));

  await moveVm("nomad", ELSEWHERE, GROUP);
  await discover(engine.deps, null, AbortSignal.timeout(30_000));
  const back = await world.db.prisma.virtualMachine.findUniqueOrThrow({ where: { id: vmId } });
  expect(back).toMatchObject({ resourceGroup: GROUP, deletedAt: null });
});
