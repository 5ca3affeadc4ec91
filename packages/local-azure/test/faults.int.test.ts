import { beforeEach, expect, test } from "vitest";
import type { FaultInput } from "../src/index.ts";
import { blob, failureOf, GROUP, MIB, useLab } from "./lab.ts";

const lab = useLab();
let url: string;
beforeEach(async () => {
  await lab.importVm("web");
  const { disks } = await lab.takePoint("web/p");
  url = await lab.readPoint("web", { point: "p", disk: disks[0] ?? "" });
});

const add = (effect: FaultInput["effect"], rest: Omit<FaultInput, "effect"> = {}) =>
  lab.azure.control.addFault({ match: { operation: "blob.get" }, times: 1, ...rest, effect });
const read = () => blob(url).downloadToBuffer(0, MIB);
const code = async (call: PromiseLike<unknown>): Promise<string> => (await failureOf(call)).code;

test("fail, throttle and drop with `times: 1` hit one call", async () => {
  await add({ type: "fail", status: 500, code: "OperationTimedOut" });
  expect(await failureOf(read())).toEqual({ code: "OperationTimedOut", status: 500 });
  expect((await read()).length).toBe(MIB);
  await add({ type: "throttle", retryAfterSeconds: 7 });
  const busy = await fetch(url, { headers: { range: "bytes=0-511" } });
  expect([busy.status, busy.headers.get("retry-after"), busy.headers.get("x-ms-error-code")]).toEqual([
    503,
    "7",
    "ServerBusy",
  ]);
  await busy.arrayBuffer();
  await add({ type: "drop" });
  await expect(fetch(url)).rejects.toThrow("fetch failed");
  expect((await read()).length).toBe(MIB);
});

test("throttle answers 429 at ARM; rules match by operation, method and path", async () => {
  const get = () => failureOf(lab.arm.virtualMachines.get(GROUP, "web"));
  await add({ type: "throttle" }, { match: { method: "GET", path: "/virtualMachines/web$" } });
  expect((await failureOf(lab.arm.disks.get(GROUP, "web-os"))).code).toBe("no failure");
  expect(await get()).toEqual({ code: "SubscriptionRequestsThrottled", status: 429 });
  expect((await get()).code).toBe("no failure");
  await add(
    { type: "fail", status: 409, code: "Conflict" },
    { match: { operation: "virtualMachines.*" }, skip: 1 },
  );
  expect((await get()).code).toBe("no failure");
  expect(await get()).toEqual({ code: "Conflict", status: 409 });
});

test("cut ends a body early, slow delays it", async () => {
  await add({ type: "cut", bytes: 1000 });
  await expect(
    fetch(url, { headers: { range: "bytes=0-9999" } }).then((r) => r.arrayBuffer()),
  ).rejects.toThrow("terminated");
  await add({ type: "slow", bytesPerSecond: 1_000_000 });
  const slow = await fetch(url, { headers: { range: "bytes=0-99999" } });
  expect((await slow.arrayBuffer()).byteLength).toBe(100_000);
});

test("slow ends when its rule is removed, also for the body that is being sent", async () => {
  await add({ type: "slow", bytesPerSecond: 100 });
  const slow = await fetch(url, { headers: { range: "bytes=0-99999" } });
  await lab.azure.control.clearFaults();
  expect((await slow.arrayBuffer()).byteLength).toBe(100_000);
});

test("revoke ends a read and its grant", async () => {
  await add({ type: "revoke", bytes: 4096 });
  await expect(read()).rejects.toThrow(/abort/i);
  expect(await failureOf(read())).toEqual({ code: "AuthenticationFailed", status: 403 });
});

test("hang never answers, delay answers later", async () => {
  await add({ type: "hang" });
  const signal = AbortSignal.timeout(200);
  await expect(fetch(url, { signal })).rejects.toMatchObject({ name: "TimeoutError" });
  await add({ type: "delay", ms: 50 });
  expect((await read()).length).toBe(MIB);
});

test("fail ends the work of an operation with the rule's code", async () => {
  await add(
    { type: "fail", code: "AllocationFailed", message: "No room." },
    { match: { operation: "work:restorePoints.create" } },
  );
  expect(await code(lab.takePoint("web/q"))).toBe("AllocationFailed");
  expect((await lab.arm.restorePoints.get(GROUP, "web-rpc", "q")).provisioningState).toBe("Failed");
  await add({ type: "fail", code: "InternalError" }, { match: { operation: "work:restorePoints.delete" } });
  expect(await code(lab.arm.restorePoints.delete(GROUP, "web-rpc", "q"))).toBe("InternalError");
  expect((await lab.arm.restorePoints.get(GROUP, "web-rpc", "q")).provisioningState).toBe("Failed");
  await lab.arm.restorePoints.delete(GROUP, "web-rpc", "q");
});

test("the same seed hits the same calls; rules survive a restart; clear removes them", async () => {
  const run = async (): Promise<string> => {
    await lab.azure.control.clearFaults();
    await lab.azure.control.addFault({
      match: { operation: "virtualMachines.get" },
      effect: { type: "fail" },
      probability: 0.5,
      seed: 42,
    });
    let hits = "";
    for (let at = 0; at < 20; at++)
      hits += (await code(lab.arm.virtualMachines.get(GROUP, "web"))) === "no failure" ? "." : "x";
    return hits;
  };
  const first = await run();
  expect(await run()).toBe(first);
  expect(first).toMatch(/x/);
  expect(first).toMatch(/\./);
  await lab.restart();
  const [rule] = await lab.azure.control.faults();
  expect(rule?.hits).toBe(first.split("x").length - 1);
  await lab.azure.control.clearFaults(rule?.id);
  expect(await lab.azure.control.faults()).toEqual([]);
});

test("a VM whose deletion fails is Succeeded again and can be deleted", async () => {
  await add({ type: "fail", code: "Busy" }, { match: { operation: "work:virtualMachines.delete" } });
  expect(await code(lab.arm.virtualMachines.delete(GROUP, "web"))).toBe("Busy");
  expect((await lab.arm.virtualMachines.get(GROUP, "web")).provisioningState).toBe("Succeeded");
  await lab.arm.virtualMachines.delete(GROUP, "web");
});
