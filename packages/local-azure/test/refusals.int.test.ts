import { expect, test } from "vitest";
import { appliesTo, type Place } from "../src/faults/refusal-kinds.ts";
import { type RefusalName, refusalNames } from "../src/faults/refusal-names.ts";
import { refusals } from "../src/faults/refusals.ts";
import { failureOf, GROUP, PRINCIPAL, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { rawRequest } from "./raw.ts";

const lab = useLab();

interface Sample {
  operation: string;
  method: string;
  /** Whether it begins an operation. */
  begins: boolean;
  run: (unique: string) => PromiseLike<unknown>;
}

const location = "westeurope";
const samples: readonly Sample[] = [
  {
    operation: "restorePoints.create",
    method: "PUT",
    begins: true,
    run: (unique) =>
      lab.arm.restorePoints.create(GROUP, "web-rpc", unique, { consistencyMode: "CrashConsistent" }),
  },
  {
    operation: "virtualMachineExtensions.createOrUpdate",
    method: "PUT",
    begins: true,
    run: () =>
      lab.arm.virtualMachineExtensions.createOrUpdate(GROUP, "web", "script", {
        location,
        publisher: "Microsoft.Azure.Extensions",
        typePropertiesType: "CustomScript",
        typeHandlerVersion: "2.1",
      }),
  },
  {
    operation: "disks.createOrUpdate",
    method: "PUT",
    begins: true,
    run: (unique) =>
      lab.arm.disks.createOrUpdate(GROUP, unique, {
        location,
        diskSizeGB: 1,
        creationData: { createOption: "Empty" },
      }),
  },
  {
    operation: "disks.grantAccess",
    method: "POST",
    begins: true,
    run: () => lab.arm.disks.grantAccess(GROUP, "spare", { access: "Read", durationInSeconds: 60 }),
  },
  {
    operation: "disks.revokeAccess",
    method: "POST",
    begins: true,
    run: () => lab.arm.disks.revokeAccess(GROUP, "spare"),
  },
  {
    operation: "snapshots.createOrUpdate",
    method: "PUT",
    begins: true,
    run: (unique) =>
      lab.arm.snapshots.createOrUpdate(GROUP, unique, {
        location,
        incremental: true,
        creationData: { createOption: "Copy", sourceResourceId: "unknown" },
      }),
  },
  {
    operation: "restorePoints.delete",
    method: "DELETE",
    begins: true,
    run: () => lab.arm.restorePoints.delete(GROUP, "web-rpc", "kept"),
  },
  {
    operation: "virtualMachines.start",
    method: "POST",
    begins: true,
    run: () => lab.arm.virtualMachines.start(GROUP, "web"),
  },
  {
    operation: "virtualMachines.update",
    method: "PATCH",
    begins: false,
    run: () => lab.arm.virtualMachines.update(GROUP, "web", { tags: { a: "b" } }),
  },
  {
    operation: "virtualMachines.runCommand",
    method: "POST",
    begins: true,
    run: () => lab.arm.virtualMachines.runCommand(GROUP, "web", { commandId: "RunShellScript", script: [] }),
  },
];

const subscription = `/subscriptions/${SUBSCRIPTION}`;
const providers = `${subscription}/providers`;
const GUID = "01234567-89ab-4def-8123-456789abcdef";

/** Calls that the SDK of Compute does not have: operation, method, path, body. */
const plain: readonly (readonly [operation: string, method: string, path: string, body?: object])[] = [
  [
    "operations.get",
    "GET",
    `${providers}/Microsoft.Compute/locations/${location}/operations/x?api-version=2026-04-01`,
  ],
  [
    "resourceGroups.createOrUpdate",
    "PUT",
    `${subscription}/resourcegroups/${GROUP}?api-version=2024-11-01`,
    { location },
  ],
  [
    "resources.moveResources",
    "POST",
    `${subscription}/resourceGroups/${GROUP}/moveResources?api-version=2024-11-01`,
    {},
  ],
  [
    "networkInterfaces.delete",
    "DELETE",
    `${subscription}/resourceGroups/${GROUP}/providers/Microsoft.Network/networkInterfaces/x?api-version=2024-05-01`,
  ],
  [
    "roleAssignments.create",
    "PUT",
    `${providers}/Microsoft.Authorization/roleAssignments/${GUID}?api-version=2022-04-01`,
    {},
  ],
  [
    "roleDefinitions.delete",
    "DELETE",
    `${providers}/Microsoft.Authorization/roleDefinitions/${GUID}?api-version=2022-04-01`,
  ],
  [
    "policyDefinitions.delete",
    "DELETE",
    `${providers}/Microsoft.Authorization/policyDefinitions/x?api-version=2023-04-01`,
  ],
  ["managementLocks.get", "GET", `${providers}/Microsoft.Authorization/locks/x?api-version=2020-05-01`],
  ["tags.delete", "DELETE", `${subscription}/tagNames/x?api-version=2021-04-01`],
];

async function provokePlain(reason: RefusalName): ReturnType<typeof failureOf> {
  const found = plain.find(([operation, method]) => appliesTo(refusals[reason].on, { operation, method }));
  if (!found) throw new Error(`No sample call for ${reason}`);
  const [operation, method, path, body] = found;
  await lab.azure.control.addFault({ match: { operation }, effect: { type: "refuse", reason }, times: 1 });
  const { code, status } = await rawRequest(lab.azure.url, path, {
    method,
    token: TOKEN,
    ...(body ? { body } : {}),
  });
  return { code, status };
}

async function provoke(reason: RefusalName, place: Place): ReturnType<typeof failureOf> {
  const { on } = refusals[reason];
  const sample = samples.find((each) => appliesTo(on, each) && (place === "call" || each.begins));
  if (!sample) return provokePlain(reason);
  const match = { operation: sample.operation };
  await lab.azure.control.addFault({ match, effect: { type: "refuse", reason, in: place }, times: 1 });
  return failureOf(sample.run(`x-${reason}-${place}`.slice(0, 60)));
}

test("each refusal of ARM answers with its status and code, in the call and in the operation", async () => {
  await lab.importVm("web");
  // A Contributor may not change roles, locks and policies.
  const owner = { principalId: PRINCIPAL, scope: subscription, role: "Owner" as const };
  await lab.azure.fabric.addRoleAssignment(owner);
  await lab.arm.disks.createOrUpdate(GROUP, "spare", {
    location,
    diskSizeGB: 1,
    creationData: { createOption: "Empty" },
  });
  await lab.takePoint("web/kept", { consistencyMode: "CrashConsistent" });
  for (const reason of refusalNames) {
    const { code, status, places } = refusals[reason];
    if (reason.startsWith("Blob")) continue;
    for (const place of places)
      expect({ reason, place, ...(await provoke(reason, place)) }).toEqual({
        reason,
        place,
        code,
        status: place === "call" ? status : undefined,
      });
  }
  expect((await lab.azure.control.faults()).every(({ hits }) => hits === 1)).toBe(true);
});

test("each refusal of the access endpoint answers with its status and code", async () => {
  await lab.importVm("web");
  const { disks } = await lab.takePoint("web/p", { consistencyMode: "CrashConsistent" });
  const url = await lab.readPoint("web", { point: "p", disk: disks[0] ?? "" });
  const calls = [
    { operation: "blob.get", method: "GET", url },
    { operation: "blob.pagelist", method: "GET", url: `${url}&comp=pagelist` },
    { operation: "blob.putPage", method: "PUT", url: `${url}&comp=page` },
  ];
  for (const reason of refusalNames.filter((name) => name.startsWith("Blob"))) {
    const { code, status, on } = refusals[reason];
    const call = calls.find((each) => appliesTo(on, each));
    const match = { operation: call?.operation };
    await lab.azure.control.addFault({ match, effect: { type: "refuse", reason }, times: 1 });
    const answer = await fetch(call?.url ?? "", { method: call?.method ?? "GET" });
    expect([reason, answer.status, answer.headers.get("x-ms-error-code")]).toEqual([reason, status, code]);
    await answer.arrayBuffer();
  }
});

test("a refusal names the call, and hits only calls that Azure refuses so", async () => {
  await lab.importVm("web");
  const add = (operation: string, reason: RefusalName, place?: Place) =>
    lab.azure.control.addFault({
      match: { operation },
      effect: { type: "refuse", reason, ...(place ? { in: place } : {}) },
    });
  expect((await add("disks.create", "ScopeLocked")).match.operation).toBe("disks.createOrUpdate");
  await lab.azure.control.clearFaults();
  await add("virtualMachines.*", "ScopeLocked");
  await lab.arm.virtualMachines.get(GROUP, "web");
  await expect(lab.arm.virtualMachines.delete(GROUP, "web")).rejects.toThrow(
    /The scope '\/subscriptions\/.*\/virtualMachines\/web' cannot perform delete operation because following scope\(s\) are locked/,
  );
  await expect(add("disks.get", "ScopeLocked")).rejects.toThrow("ScopeLocked does not apply to disks.get");
  await expect(add("disks.createOrUpdate", "ScopeLocked", "operation")).rejects.toThrow(
    "Azure has ScopeLocked in: call",
  );
});
