/** Pre and post scripts of Linux guests: placed or checked, run by the framework around the snapshot, read back, and removed. */
import { addPolicyVersion, askJobToCancel, createJob, inTransaction } from "@kluis/db";
import { engineActor, type LinuxScripts, type PlacedScripts, type PolicyDocument } from "@kluis/domain";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { attachFast } from "./meanwhile.ts";
import { MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

let world: World;
let made = 0;
const CONFIG = "/etc/azure/VMSnapshotScriptPluginConfig.json";
const PRE = "/etc/azure/kluis/pre.sh";

beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
});
afterAll(() => world.stop());
beforeEach(() => world.control.clearFaults());

const placed = (pre: string, part: Partial<PlacedScripts> = {}): PlacedScripts => ({
  from: "policy",
  pre: { text: pre, parameters: ["app one"], retries: 0 },
  post: { text: "echo thawed\nexit 0\n", parameters: [], retries: 0 },
  timeoutSeconds: 60,
  continueOnFailure: true,
  fsFreeze: true,
  ...part,
});
const policyWith = (
  linuxScripts: LinuxScripts | undefined,
  otherwise: "continue" | "fail" = "continue",
): PolicyDocument => ({
  ...standardPolicy,
  consistency: { ...standardPolicy.consistency, otherwise, ...(linuxScripts && { linuxScripts }) },
});

interface Made {
  readonly id: string;
  readonly name: string;
}
async function linuxVm(policy: PolicyDocument, options: { readonly stopped?: boolean } = {}): Promise<Made> {
  const name = `scripts${++made}`;
  const image = await world.image(name, 24 * MIB, [random(0, MIB)]);
  return { name, id: await world.protectedVm({ name, disks: [image], policy, ...options }) };
}

const guestOf = async (vm: Made) => (await world.control.guest(vm.name)).guest.linux;
const stateOf = async (vm: Made): Promise<unknown> =>
  z
    .object({ scripts: z.unknown().optional() })
    .nullable()
    .parse((await world.db.prisma.protection.findUniqueOrThrow({ where: { vmId: vm.id } })).guestChanges)
    ?.scripts;
const detailOf = async (point: PointRow): Promise<unknown> =>
  z.object({ scripts: z.unknown().optional() }).parse(
    (
      await world.db.prisma.jobStep.findFirstOrThrow({
        where: { jobId: point.jobId ?? "", name: "snapshot" },
      })
    ).detail,
  ).scripts;
/** Every run command after the first `allowed` ones is refused. */
const refuseRunCommands = (allowed: number) =>
  world.control.addFault({
    match: { operation: "virtualMachines.runCommand" },
    effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
    skip: allowed,
  });

async function setPolicy(vm: Made, expectedVersion: number, document: PolicyDocument): Promise<void> {
  const { policyId } = await world.db.prisma.protection.findUniqueOrThrow({ where: { vmId: vm.id } });
  const edit = { id: policyId, expectedVersion, document, actor: engineActor };
  await inTransaction(world.db, (tx) => addPolicyVersion(tx, edit, world.clock));
}

describe("scripts that Kluis places", () => {
  it("are not those of a version that the policy no longer has", async () => {
    const vm = await linuxVm(policyWith(placed("exit 0")));
    const old = await world.db.prisma.protection.findUniqueOrThrow({
      where: { vmId: vm.id },
      include: { policy: { include: { versions: true } } },
    });
    await setPolicy(vm, 1, policyWith(undefined));
    const [first] = old.policy.versions;
    const waited = { kind: "backup", vmId: vm.id, policyVersionId: first?.id ?? "" } as const;
    const jobId = await inTransaction(world.db, (tx) =>
      createJob(tx, { ...waited, trigger: "manual", actor: engineActor }, world.clock),
    );
    await world.ended(jobId);
    expect((await guestOf(vm))?.files[CONFIG]).toBeUndefined();
    const point = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { jobId } });
    expect(point.consistencyReached).toBe("file");
  });

  it("run around the snapshot: application-consistent, with exit codes and output on the job", async () => {
    const vm = await linuxVm(policyWith(placed('echo "frozen $1 PGPASSWORD=hunter2"\nexit 0')));
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({ consistencyReached: "application", consistencyNotice: null });
    expect(await detailOf(point)).toEqual({
      succeeded: true,
      findings: [],
      runs: [
        { script: "pre", exitCode: 0, seconds: 0, output: "frozen app one PGPASSWORD=[hidden]\n" },
        { script: "post", exitCode: 0, seconds: 0, output: "thawed\n" },
      ],
    });
    const files = (await guestOf(vm))?.files;
    expect(files?.[CONFIG]).toMatchObject({ mode: "600", owner: "root" });
    expect(files?.[PRE]).toMatchObject({ mode: "700", owner: "root" });
    expect(await stateOf(vm)).toMatchObject({ placed: true, findings: [], unreachable: null });

    // The next backup only reads the outcome: nothing has changed.
    await refuseRunCommands(1);
    expect(await world.backUp(vm.id)).toMatchObject({ consistencyReached: "application" });
  });

  it("are read before Azure has copied a disk for hours", async () => {
    const name = `scripts${++made}`;
    const disks = [await world.image(name, 24 * MIB, [random(0, MIB)])];
    const policy = policyWith(placed("exit 0"));
    const id = await world.protectedVm({ name, zones: ["1"], disks, policy });
    await attachFast(world, name);
    await world.control.settings({ backgroundCopyBytesPerSecond: 1 });
    const jobId = await world.startBackup(id);
    const where = { jobId_name: { jobId, name: "snapshot" } };
    await world.until("the copy", 30_000, async () => {
      const step = await world.db.prisma.jobStep.findUnique({ where });
      return JSON.stringify(step).includes("snapshot-copying") ? true : null;
    });
    await world.control.settings({ backgroundCopyBytesPerSecond: 300_000_000 });
    const { memory } = await world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
    expect(memory).toMatchObject({ scripts: { outcome: { succeeded: true } } });
    await inTransaction(world.db, (tx) => askJobToCancel(tx, { id: jobId, kind: "backup" }, world.clock));
    await world.ended(jobId);
  });

  it("that fail leave a file-consistent point with the reason, and the next backup checks them again", async () => {
    const vm = await linuxVm(policyWith(placed("echo no space\nexit 3")));
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      consistencyReached: "file",
      consistencyNotice: { code: "script-pre-failed", params: { path: PRE } },
    });
    expect(await detailOf(point)).toMatchObject({
      runs: [{ exitCode: 3, output: "no space\n" }, { exitCode: 0 }],
    });
    expect(await stateOf(vm)).toMatchObject({ recheck: true });
    await setPolicy(vm, 1, policyWith(placed("exit 0")));
    expect(await world.backUp(vm.id)).toMatchObject({ consistencyReached: "application" });
    expect(await stateOf(vm)).toMatchObject({ recheck: false });
  });

  it("that are late leave a file-consistent point", async () => {
    const late = { timeoutSeconds: 30, post: { text: "sleep 31", parameters: [], retries: 0 } };
    const vm = await linuxVm(policyWith(placed("exit 0", late)));
    expect(await world.backUp(vm.id)).toMatchObject({
      consistencyReached: "file",
      consistencyNotice: { code: "script-post-timeout" },
    });
  });

  it("that stop the backup move it down the ladder, or fail it when the policy forbids a lower level", async () => {
    const stop = placed("exit 3", { continueOnFailure: false });
    const vm = await linuxVm(policyWith(stop));
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      consistencyReached: "crash",
      consistencyNotice: { code: "guest-scripts-stopped" },
    });
    expect(await detailOf(point)).toMatchObject({
      succeeded: false,
      runs: [{ script: "pre", exitCode: 3 }, {}],
    });

    await setPolicy(vm, 1, policyWith(stop, "fail"));
    const jobId = await world.startBackup(vm.id);
    const job = await world.ended(jobId);
    expect(job).toMatchObject({ state: "failed", error: { code: "GUEST_FAILED", reason: "scripts" } });
    const step = await world.db.prisma.jobStep.findFirstOrThrow({ where: { jobId, name: "snapshot" } });
    expect(step.detail).toMatchObject({ scripts: { runs: [{ script: "pre", exitCode: 3 }, {}] } });
  });

  it("do not replace a configuration of the guest's owner", async () => {
    const vm = await linuxVm(policyWith(placed("exit 0")));
    const own = { preScriptLocation: "/opt/pre.sh", postScriptLocation: "/opt/post.sh" };
    const content = JSON.stringify(own);
    const script = { content: "exit 0\n", mode: "700", owner: "root" };
    await world.control.setGuest({
      vm: vm.name,
      files: {
        [CONFIG]: { content, mode: "600", owner: "root" },
        "/opt/pre.sh": script,
        "/opt/post.sh": script,
      },
    });
    // The owner's scripts succeed, and they are not those of the policy.
    expect(await world.backUp(vm.id)).toMatchObject({
      consistencyReached: "file",
      consistencyNotice: { code: "script-config-foreign", params: { path: CONFIG } },
    });
    const files = (await guestOf(vm))?.files;
    expect(files?.[CONFIG]?.content).toBe(content);
    expect(files?.[PRE]).toBeUndefined();
  });

  it("are removed when the policy no longer has them", async () => {
    const vm = await linuxVm(policyWith(placed("exit 0")));
    await world.backUp(vm.id);
    await setPolicy(vm, 1, policyWith(undefined));
    expect(await world.backUp(vm.id)).toMatchObject({ consistencyReached: "file", consistencyNotice: null });
    const files = Object.keys((await guestOf(vm))?.files ?? {});
    expect(files.filter((path) => path.includes("kluis") || path === CONFIG)).toEqual([]);
    expect(await stateOf(vm)).toBeNull();
    const kinds = await world.db.prisma.ledgerEvent.count({ where: { kind: "guest.changed", vmId: vm.id } });
    expect(kinds).toBe(2);
  });

  it("are placed again after a death between the write and its record, and another mode is corrected", async () => {
    const vm = await linuxVm(policyWith(placed("exit 0")));
    await world.backUp(vm.id);
    const { vmId } = { vmId: vm.id };
    await world.db.prisma.protection.update({
      where: { vmId },
      data: {
        guestChanges: {
          scripts: { ...z.record(z.string(), z.json()).parse(await stateOf(vm)), checkedAt: null },
        },
      },
    });
    const script = (await guestOf(vm))?.files[PRE];
    await world.control.setGuest({
      vm: vm.name,
      files: { [PRE]: { content: script?.content ?? "", mode: "755", owner: "root" } },
    });
    expect(await world.backUp(vm.id)).toMatchObject({ consistencyReached: "application" });
    expect((await guestOf(vm))?.files[PRE]?.mode).toBe("700");
    const kinds = await world.db.prisma.ledgerEvent.count({ where: { kind: "guest.changed", vmId } });
    expect(kinds).toBe(1);
  });

  it("are left out while run command is refused: a file-consistent point with the reason", async () => {
    const vm = await linuxVm(policyWith(placed("exit 0")));
    await refuseRunCommands(0);
    expect(await world.backUp(vm.id)).toMatchObject({
      consistencyReached: "file",
      consistencyNotice: { code: "guest-scripts-unreachable" },
    });
    await world.control.clearFaults();
    expect(await world.backUp(vm.id)).toMatchObject({ consistencyReached: "application" });
  });

  it("wait while another run command is in progress", async () => {
    const vm = await linuxVm(policyWith(placed("exit 0")));
    await world.control.addFault({
      match: { operation: "virtualMachines.runCommand" },
      effect: {
        type: "fail",
        status: 409,
        code: "Conflict",
        message: "Run command extension execution is in progress.",
      },
      times: 1,
    });
    const jobId = await world.startBackup(vm.id);
    await world.until("the wait for the other run command", 100_000, async () => {
      const { memory } = await world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
      return z.object({ scripts: z.object({ busy: z.literal(1) }) }).safeParse(memory).data ?? null;
    });
    await world.clock.advance({ seconds: 30 });
    await world.ended(jobId);
    expect(await world.pointOf(jobId)).toMatchObject({ consistencyReached: "application" });
  });

  it("are not proven while their outcome cannot be read: Azure's word alone is not stored", async () => {
    const vm = await linuxVm(policyWith(placed("exit 0")));
    await refuseRunCommands(1);
    expect(await world.backUp(vm.id)).toMatchObject({
      consistencyReached: "file",
      consistencyNotice: { code: "script-not-confirmed" },
    });
  });

  it("are not asked of a stopped VM, which is file-consistent", async () => {
    const vm = await linuxVm(policyWith(placed("exit 0")), { stopped: true });
    await refuseRunCommands(0);
    expect(await world.backUp(vm.id)).toMatchObject({ consistencyReached: "file", consistencyNotice: null });
  });
});

describe("scripts that the guest has", () => {
  const own = (change: object = {}) => ({
    pre: { path: "/opt/pre.sh", exitCode: 0, seconds: 1, output: "", exists: true, mode: "700" },
    post: { path: "/opt/post.sh", exitCode: 0, seconds: 1, output: "", exists: true, mode: "700" },
    ...change,
  });
  const script = own().pre;

  it.each<[string, object, string | null]>([
    ["both succeed", {}, null],
    ["pre fails", { pre: { ...script, exitCode: 4 } }, "script-pre-failed"],
    ["a readable configuration", { configMode: "644" }, "script-config-permission"],
  ])("%s", async (_, change, code) => {
    const vm = await linuxVm(policyWith({ from: "guest" }));
    await world.control.setGuest({ vm: vm.name, linuxScripts: own(change) });
    const point = await world.backUp(vm.id);
    expect(point.consistencyReached).toBe(code === null ? "application" : "file");
    expect(z.object({ code: z.string() }).nullable().parse(point.consistencyNotice)?.code ?? null).toBe(code);
    expect((await guestOf(vm))?.scripts).toBeDefined();
  });
});
