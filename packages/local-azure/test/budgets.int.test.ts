import { expect, test } from "vitest";
import { z } from "zod";
import { GROUP, SUBSCRIPTION, TOKEN, useStillLab } from "./lab.ts";

/** Azure's budgets; operations end at once, because these tests count requests. */
const lab = useStillLab({ operationDurations: "none" });

const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
const hourMs = 3_600_000;
const crash = { properties: { consistencyMode: "CrashConsistent" } };

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

async function send(
  method: string,
  path: string,
  options: { body?: object; token?: string; disks?: boolean } = {},
): Promise<Answer> {
  const { body, token = TOKEN, disks = false } = options;
  const response = await fetch(
    `${lab.azure.url}${group}/${path}?api-version=${disks ? "2026-03-02" : "2026-04-01"}`,
    {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    },
  );
  const text = await response.text();
  const parsed: unknown = text === "" ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body: parsed };
}

const putPoint = (name: string, body: object = {}, vm = "web") =>
  send("PUT", `restorePointCollections/${vm}-rpc/restorePoints/${name}`, { body });
const getPoint = (name: string) => send("GET", `restorePointCollections/web-rpc/restorePoints/${name}`);
const remaining = ({ headers }: Answer): string | null => headers.get("x-ms-ratelimit-remaining-resource");
const left = (answer: Answer, kind: string): string | null =>
  answer.headers.get(`x-ms-ratelimit-remaining-subscription-${kind}`);

async function settled(name: string): Promise<void> {
  await expect
    .poll(async () => JSON.stringify((await getPoint(name)).body), { timeout: 60_000 })
    .toContain('"Succeeded"');
}

const providerError = z.object({
  error: z.object({
    code: z.literal("OperationNotAllowed"),
    message: z.string(),
    details: z.tuple([
      z.object({ code: z.literal("TooManyRequests"), target: z.string(), message: z.string() }),
    ]),
  }),
});

/** The facts of a 429 of the Compute provider. */
function refusal({ status, headers, body }: Answer): { target: string; wait: number; measured: unknown } {
  expect(status).toBe(429);
  const { details, message } = providerError.parse(body).error;
  expect(message).toBe(
    "The server rejected the request because too many requests have been received for this subscription.",
  );
  const [{ target, message: measured }] = details;
  return { target, wait: Number(headers.get("retry-after")), measured: JSON.parse(measured) as unknown };
}

test("the headers of a restore point's calls count down as recorded from Azure", async () => {
  await lab.importVm("web");
  const created = await putPoint("p", crash);
  expect(remaining(created)).toBe(
    "Microsoft.Compute/PutRestorePointResource;5,Microsoft.Compute/PutRestorePointSubscriptionMaximum;149,Microsoft.Compute/CreateCrashConsistentRestorePoint;2",
  );
  // The lab itself wrote the collection.
  expect([left(created, "writes"), left(created, "global-writes")]).toEqual(["198", "2998"]);
  const read = await getPoint("p");
  expect(remaining(read)).toBe("Microsoft.Compute/LowCostGetRestorePointSubscriptionMaximum;599");
  expect([left(read, "reads"), left(read, "global-reads")]).toEqual(["249", "3749"]);
  await settled("p");
  const removed = await send("DELETE", "restorePointCollections/web-rpc/restorePoints/p");
  expect(remaining(removed)).toBe("Microsoft.Compute/DeleteRestorePointSubscriptionMaximum;359");
  expect([left(removed, "deletes"), left(removed, "global-deletes")]).toEqual(["199", "2999"]);
});

test("a VM has three crash-consistent and three other points per hour; one returns every 20 minutes", async () => {
  await lab.importVm("web");
  await lab.importVm("db");
  for (const name of ["a", "b", "c"]) {
    expect((await putPoint(name, crash)).status).toBe(201);
    await settled(name);
  }
  await lab.azure.control.advanceClock(60_000);
  const { target, wait, measured } = refusal(await putPoint("d", crash));
  expect(target).toBe("CreateCrashConsistentRestorePoint");
  expect(wait).toBe(19 * 60);
  expect(measured).toMatchObject({
    operationGroup: "CreateCrashConsistentRestorePoint",
    allowedRequestCount: 3,
    measuredRequestCount: 4,
  });
  expect((await putPoint("other")).status).toBe(201);
  expect((await putPoint("d", crash, "db")).status).toBe(201);
  await settled("other");
  await lab.azure.control.advanceClock(wait * 1000);
  expect((await putPoint("d", crash)).status).toBe(201);
  await settled("d");
  expect((await putPoint("e", crash)).status).toBe(429);
});

test("a refused restore point uses nothing of the hour; a refill factor shortens the hour", async () => {
  await lab.importVm("web");
  await lab.azure.control.settings({ restorePointsPerVmPerHour: 1, restorePointRefill: 60 });
  const wrong = { properties: { consistencyMode: "ApplicationConsistent" } };
  expect((await putPoint("a", wrong)).status).toBe(400);
  expect((await putPoint("a")).status).toBe(201);
  await settled("a");
  const { wait } = refusal(await putPoint("b"));
  expect(wait).toBe(60);
  await lab.azure.control.advanceClock(60_000);
  expect((await putPoint("b")).status).toBe(201);
});

test("a collection takes six requests for points at a time, two more each minute", async () => {
  await lab.importVm("web");
  await lab.azure.control.settings({ restorePointsPerVmPerHour: 100 });
  const wrong = { properties: { consistencyMode: "Wrong" } };
  for (let at = 0; at < 6; at++) expect((await putPoint("p", wrong)).status).toBe(400);
  const { target, wait } = refusal(await putPoint("p", wrong));
  expect([target, wait]).toEqual(["PutRestorePointResource", 30]);
  await lab.azure.control.advanceClock(wait * 1000);
  expect((await putPoint("p", wrong)).status).toBe(400);
  refusal(await putPoint("p", wrong));
});

test("a VM's power calls, reads and polls have their own buckets", async () => {
  await lab.importVm("web");
  const put = { body: { location: "westeurope", properties: { publisher: "p" } } };
  const extension = () => send("PUT", "virtualMachines/web/extensions/x", put);
  for (let at = 0; at < 12; at++) expect((await extension()).status).not.toBe(429);
  expect(refusal(await extension()).target).toBe("UpdateVMResource");
  for (let at = 0; at < 36; at++) expect((await send("GET", "virtualMachines/web")).status).toBe(200);
  expect(refusal(await send("GET", "virtualMachines/web")).target).toBe("LowCostGetResource");
  expect((await send("GET", "virtualMachines")).status).toBe(200);
  await lab.azure.control.advanceClock(60_000);
  expect(remaining(await send("GET", "virtualMachines/web"))).toMatch(/LowCostGetResource;11$/);
});

test("the front door limits each principal's requests per kind, and answers with its own code", async () => {
  await lab.importVm("web");
  const body = { location: "westeurope", tags: {}, properties: {} };
  let refused = await send("PUT", "disks/x", { body, disks: true });
  for (let at = 0; at < 300 && refused.status !== 429; at += 50) {
    const many = Array.from({ length: 50 }, () => send("PUT", "disks/x", { body, disks: true }));
    refused = (await Promise.all(many)).find(({ status }) => status === 429) ?? refused;
  }
  expect(refused.body).toEqual({
    error: {
      code: "SubscriptionRequestsThrottled",
      message: expect.stringMatching(
        /^Number of 'write' requests for subscription '.+' actor '.+' exceeded\. Please try again after '1' seconds/,
      ) as unknown,
    },
  });
  expect(refused.headers.get("retry-after")).toBe("1");
  const other = { principalId: "other", scope: `/subscriptions/${SUBSCRIPTION}`, role: "Owner" } as const;
  await lab.azure.control.addRoleAssignment(other);
  const token = `${TOKEN.split("/")[0]}/other`;
  expect((await send("PUT", "disks/x", { body, disks: true, token })).status).not.toBe(429);
  expect((await send("GET", "disks", { disks: true })).status).toBe(200);
  await lab.azure.control.advanceClock(20_000);
  expect(left(await send("PUT", "disks/x", { body, disks: true }), "writes")).toBe("199");
});

test("without budgets nothing is throttled but restore points per hour; requests are still counted", async () => {
  await lab.importVm("web");
  await lab.azure.control.settings({ budgets: "off", restorePointsPerVmPerHour: 1 });
  for (let at = 0; at < 40; at++) expect((await send("GET", "virtualMachines/web")).status).toBe(200);
  expect(remaining(await send("GET", "virtualMachines/web"))).toMatch(/LowCostGetResource;0$/);
  expect((await putPoint("a")).status).toBe(201);
  await settled("a");
  refusal(await putPoint("b"));
  await lab.azure.control.advanceClock(hourMs);
  expect((await putPoint("b")).status).toBe(201);
});

test("a disk has seven snapshots in five minutes; the eighth answers as the Compute provider does", async () => {
  const disk = {
    location: "westeurope",
    properties: { creationData: { createOption: "Empty" }, diskSizeGB: 4 },
  };
  await send("PUT", "disks/d", { body: disk, disks: true });
  const body = {
    location: "westeurope",
    properties: {
      incremental: true,
      creationData: { createOption: "Copy", sourceResourceId: `${group}/disks/d` },
    },
  };
  const snapshot = (at: number) => send("PUT", `snapshots/s${at}`, { body, disks: true });
  for (let at = 0; at < 7; at++) expect((await snapshot(at)).status).toBe(202);
  const { target, wait, measured } = refusal(await snapshot(7));
  expect(target).toBe("SnapshotCreatePerDisk5Min");
  expect(measured).toMatchObject({ allowedRequestCount: 7, measuredRequestCount: 8 });
  await lab.azure.control.advanceClock(wait * 1000);
  expect((await snapshot(7)).status).toBe(202);
});
