/** Work in Windows guests around a snapshot: facts before and after, and the VSS backup type of the policy. */
import { addPolicyVersion, inTransaction } from "@kluis/db";
import { engineActor, type PolicyDocument } from "@kluis/domain";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
let made = 0;
const COPY = String.raw`HKLM\SOFTWARE\Microsoft\BcdrAgent\USEVSSCOPYBACKUP`;

beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
});
afterAll(() => world.stop());
beforeEach(() => world.control.clearFaults());

const withVss = (vss: "full" | "copy"): PolicyDocument => ({
  ...standardPolicy,
  consistency: { ...standardPolicy.consistency, vss },
});

async function windowsVm(policy: PolicyDocument): Promise<{ id: string; name: string }> {
  const name = `guest${++made}`;
  const image = await world.image(name, 24 * MIB, [random(0, MIB)]);
  return { name, id: await world.protectedVm({ name, os: "windows", disks: [image], policy }) };
}

const stateOf = async (vmId: string): Promise<unknown> =>
  (await world.db.prisma.protection.findUniqueOrThrow({ where: { vmId } })).guestChanges;
const windowsOf = async (vm: string) => (await world.control.guest(vm)).guest.windows;

it("the facts before protection and after the first backup are kept and compared", async () => {
  const vm = await windowsVm(standardPolicy);
  await world.backUp(vm.id);
  expect(await stateOf(vm.id)).toMatchObject({
    before: { vcRedist2013: null, vssStartType: "Manual", iaasVmProviderInstalled: false },
    vcRedist2013: "12.0.40660.0",
    vssStartType: "Automatic",
    iaasVmProviderInstalled: true,
  });
  const changes = { kind: "guest.changed", vmId: vm.id } as const;
  expect(await world.db.prisma.ledgerEvent.count({ where: changes })).toBe(1);
});

it("a guest that answers no run command is backed up with a warning, and read by the next backup", async () => {
  const vm = await windowsVm(standardPolicy);
  await world.control.addFault({
    match: { operation: "virtualMachines.runCommand" },
    effect: { type: "fail", status: 403, code: "RequestDisallowedByPolicy" },
  });
  const first = await world.backUp(vm.id);
  expect(first.consistencyReached).toBe("application");
  expect(await stateOf(vm.id)).toBeNull();
  await world.control.clearFaults();
  await world.backUp(vm.id);
  expect(await stateOf(vm.id)).toMatchObject({ vssStartType: "Automatic" });
});

it("the policy's copy backup is set and confirmed in the guest, and cleared again for full", async () => {
  const vm = await windowsVm(withVss("copy"));
  const point = await world.backUp(vm.id);
  expect(point.consistencyReached).toBe("application");
  expect((await windowsOf(vm.name))?.registry).toMatchObject({ [COPY]: "TRUE" });
  expect((await windowsOf(vm.name))?.events.at(-1)?.message).toContain("VSS_BT_COPY");
  expect(await stateOf(vm.id)).toMatchObject({ vss: { type: "copy", found: "TRUE" } });

  const { policyId } = await world.db.prisma.protection.findUniqueOrThrow({ where: { vmId: vm.id } });
  const edit = { id: policyId, expectedVersion: 1, document: withVss("full"), actor: engineActor };
  await inTransaction(world.db, (tx) => addPolicyVersion(tx, edit, world.clock));
  await world.backUp(vm.id);
  expect((await windowsOf(vm.name))?.registry).not.toHaveProperty([COPY]);
  expect((await windowsOf(vm.name))?.events.at(-1)?.message).toContain("VSS_BT_FULL");
  expect(await stateOf(vm.id)).toMatchObject({ vss: { type: "full", found: null } });
});

it("a copy backup that the guest does not confirm takes no full one in its place", async () => {
  const vm = await windowsVm(withVss("copy"));
  await world.control.addFault({
    match: { operation: "virtualMachines.runCommand" },
    effect: { type: "fail", status: 403, code: "RequestDisallowedByPolicy" },
  });
  const point = await world.backUp(vm.id);
  expect(point).toMatchObject({
    consistencyReached: "crash",
    consistencyNotice: { code: "guest-vss-copy-not-set" },
  });
  expect((await windowsOf(vm.name))?.events).toEqual([]);
});
