import { expect, test } from "vitest";
import { failureOf, GROUP, SUBSCRIPTION, TOKEN, useStillLab } from "./lab.ts";

/** As strict as Azure: operations take time. Tests move the clock instead of waiting. */
const lab = useStillLab({});

const inGroup = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
const dayMs = 24 * 3_600_000;

function send(url: string, init: RequestInit = {}, token = TOKEN): Promise<Response> {
  const { pathname, search } = new URL(url, "https://management.azure.com");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return fetch(`${lab.azure.url}${pathname}${search}`, { ...init, headers });
}

async function begin(
  path: string,
  init: { method: string; version: string; body?: object },
): Promise<{ status: number; body: unknown; follow: string; location: string | null }> {
  const { method, version, body } = init;
  const response = await send(`${inGroup}/${path}?api-version=${version}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? null : JSON.parse(text),
    follow: response.headers.get("azure-asyncoperation") ?? "",
    location: response.headers.get("location"),
  };
}

const newDisk = {
  location: "westeurope",
  properties: { creationData: { createOption: "Empty" }, diskSizeGB: 4 },
};
const putDisk = (name: string) =>
  begin(`disks/${name}`, { method: "PUT", version: "2026-03-02", body: newDisk });
const status = async (link: string): Promise<unknown> => (await send(link)).json();
const pointState = async (name: string): Promise<string | undefined> =>
  (await lab.arm.restorePoints.get(GROUP, "web-rpc", name)).provisioningState;

test("a resource shows Creating, Updating and Deleting while its operation runs", async () => {
  await lab.importVm("web");
  const point = lab.arm.restorePoints.create(GROUP, "web-rpc", "p", {});
  await point.submitted();
  expect(await pointState("p")).toBe("Creating");
  await lab.azure.control.advanceClock(1500);
  expect(await pointState("p")).toBe("Creating");
  await lab.azure.control.advanceClock(2000);
  expect(await pointState("p")).toBe("Succeeded");
  const stop = lab.arm.virtualMachines.powerOff(GROUP, "web");
  await stop.submitted();
  expect((await lab.arm.virtualMachines.get(GROUP, "web")).provisioningState).toBe("Updating");
  await lab.azure.control.advanceClock(3000);
  const view = await lab.arm.virtualMachines.instanceView(GROUP, "web");
  expect(view.statuses?.map(({ code }) => code)).toContain("PowerState/stopped");
  const removal = lab.arm.restorePoints.delete(GROUP, "web-rpc", "p");
  await removal.submitted();
  expect(await pointState("p")).toBe("Deleting");
  await lab.azure.control.advanceClock(2000);
  expect((await failureOf(lab.arm.restorePoints.get(GROUP, "web-rpc", "p"))).status).toBe(404);
});

test("the SDK's poller follows an operation that takes time, in more than one poll", async () => {
  const words: string[] = [];
  const poller = lab.arm.disks.createOrUpdate(
    GROUP,
    "d",
    { location: "westeurope", creationData: { createOption: "Empty" }, diskSizeGB: 4 },
    { updateIntervalInMs: 200 },
  );
  poller.onProgress((state) => words.push(state.status));
  await poller.submitted();
  expect((await poller.poll()).status).toBe("running");
  await lab.azure.control.advanceClock(1500);
  const disk = await poller.pollUntilDone();
  expect(disk.provisioningState).toBe("Succeeded");
  expect(words.filter((word) => word === "running").length).toBeGreaterThan(0);
});

test("status bodies have Azure's times, and a disk's PUT shows the disk as output", async () => {
  const { status: code, follow, location } = await putDisk("d");
  expect(code).toBe(202);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00$/;
  const name = /DiskOperations\/([^?]+)/.exec(follow)?.[1];
  const running = await status(follow);
  expect(running).toEqual({ startTime: expect.stringMatching(time) as unknown, status: "InProgress", name });
  expect((await send(location ?? "")).status).toBe(202);
  await lab.azure.control.advanceClock(1500);
  expect(await status(follow)).toEqual({
    startTime: expect.stringMatching(time) as unknown,
    endTime: expect.stringMatching(time) as unknown,
    status: "Succeeded",
    properties: {
      output: expect.objectContaining({ name: "d", type: "Microsoft.Compute/disks" }) as unknown,
    },
    name,
  });
  expect(await (await send(location ?? "")).json()).toMatchObject({ name: "d" });
});

test("an operation that a jump of the clock ends has ended at its own time", async () => {
  const { follow } = await putDisk("d");
  await lab.azure.control.advanceClock(dayMs / 2);
  const ended = (await status(follow)) as { startTime: string; endTime: string };
  expect(Date.parse(ended.endTime) - Date.parse(ended.startTime)).toBe(1500);
});

test("polls of an ended operation are answered for a day and more", async () => {
  const { follow } = await putDisk("d");
  await lab.azure.control.advanceClock(dayMs);
  await putDisk("e");
  expect(await status(follow)).toMatchObject({ status: "Succeeded" });
  await lab.azure.control.advanceClock(dayMs);
  await putDisk("f");
  expect((await send(follow)).status).toBe(404);
});

test("links are signed and about 3 KB long; only the caller who got one can use it, unchanged", async () => {
  const { follow, location } = await putDisk("d");
  for (const link of [follow, location ?? ""]) expect(link.length).toBeGreaterThan(2500);
  expect([...new URL(follow).searchParams.keys()]).toEqual(["p", "api-version", "t", "c", "s", "h"]);
  const [tid] = TOKEN.split("/");
  await lab.azure.control.addRoleAssignment({
    principalId: "other",
    scope: `/subscriptions/${SUBSCRIPTION}`,
    role: "Owner",
  });
  const changed = (key: string, value: string | null): string => {
    const url = new URL(follow);
    if (value === null) url.searchParams.delete(key);
    else url.searchParams.set(key, value);
    return url.href;
  };
  const refused = [
    await send(follow, {}, `${tid}/other`),
    await send(changed("s", "AAAA")),
    await send(changed("h", "AAAA")),
    await send(changed("t", "638348397625765937")),
    await send(changed("s", null)),
  ];
  for (const response of refused) {
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      error: {
        message: expect.stringContaining("Only the original caller of an asynchronous operation") as unknown,
      },
    });
  }
  expect((await send(follow)).status).toBe(200);
  await lab.restart();
  expect((await send(follow)).status).toBe(200);
});

test("an operation continues after a restart, and its resource keeps its state until the end", async () => {
  await lab.importVm("web");
  const { follow } = await begin("restorePointCollections/web-rpc/restorePoints/p", {
    method: "PUT",
    version: "2026-04-01",
    body: {},
  });
  await lab.restart();
  expect(await pointState("p")).toBe("Creating");
  await lab.azure.control.advanceClock(3000);
  expect(await status(follow)).toMatchObject({ status: "Succeeded" });
  expect(await pointState("p")).toBe("Succeeded");
});

test("every answer has the Date of the local clock, and grants end by it", async () => {
  await lab.importVm("web");
  await lab.azure.control.settings({ operationDurations: "none" });
  const { disks } = await lab.takePoint("web/p");
  const url = await lab.readPoint("web", { point: "p", disk: disks[0] ?? "", seconds: 3600 });
  const datesOf = async (): Promise<number[]> => {
    const answers = [
      await send(`/subscriptions/${SUBSCRIPTION}?api-version=2022-12-01`),
      await fetch(url, { method: "HEAD" }),
      await fetch(`${lab.azure.url}/unknown`),
    ];
    return answers.map((answer) => Date.parse(answer.headers.get("date") ?? ""));
  };
  const before = await datesOf();
  expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
  await lab.azure.control.advanceClock(3 * dayMs);
  for (const [index, date] of (await datesOf()).entries())
    expect(date - (before[index] ?? 0)).toBeGreaterThanOrEqual(3 * dayMs);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(403);
});
