/** What operators' tools read before they come to VMs and disks: features, operations, lists that are empty here. */
import { expect, test } from "vitest";
import { failureOf, GROUP, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { collect, managementClients } from "./management.ts";
import { type RawAnswer, rawRequest } from "./raw.ts";
import { makeVm, refusal } from "./vm-lab.ts";

const lab = useLab();
const subscription = `/subscriptions/${SUBSCRIPTION}`;
const compute = `${subscription}/providers/Microsoft.Compute`;
const get = (path: string, version: string): Promise<RawAnswer> =>
  rawRequest(lab.azure.url, `${path}?api-version=${version}`, { token: TOKEN });

test("actions that no VM of the fleet can take are refused in Azure's words", async () => {
  await makeVm(lab, "web");
  const vms = lab.arm.virtualMachines;
  expect(await refusal(vms.performMaintenance(GROUP, "web"))).toBe(
    "409 OperationNotAllowed: Operation 'performMaintenance' is not allowed on VM 'web' since the Subscription of this VM is not eligible.",
  );
  expect(await refusal(vms.convertToManagedDisks(GROUP, "web"))).toBe(
    "409 OperationNotAllowed: VM 'web' is already using managed disks.",
  );
  expect(await refusal(vms.reimage(GROUP, "web"))).toBe(
    "409 OperationNotAllowed: The Reimage and OSUpgrade Virtual Machine actions require that the virtual machine has Automatic OS Upgrades enabled.",
  );
  expect(await refusal(vms.simulateEviction(GROUP, "web"))).toMatch(/^409 OperationNotAllowed: /);
  expect(await refusal(vms.performMaintenance(GROUP, "none"))).toMatch(/^404 ResourceNotFound: /);
});

test("a location that Azure does not have is refused", async () => {
  for (const type of ["usages", "vmSizes"]) {
    const answer = await get(`${compute}/locations/atlantis/${type}`, "2024-07-01");
    expect([answer.status, answer.code]).toEqual([400, "NoRegisteredProviderFound"]);
    expect(answer.message).toContain(
      `for location 'atlantis' and API version '2024-07-01' for type 'locations/${type}'`,
    );
  }
});

test("features and the operations of providers are read", async () => {
  const features = `${subscription}/providers/Microsoft.Features/providers/Microsoft.Compute/features`;
  expect((await get(features, "2021-07-01")).status).toBe(200);
  expect((await get(`${features}/encryptionathost`, "2021-07-01")).body).toMatchObject({
    name: "Microsoft.Compute/EncryptionAtHost",
    properties: { state: "Registered" },
  });
  const none = await get(`${features}/Nope`, "2021-07-01");
  expect([none.status, none.code]).toEqual([404, "FeatureNotFound"]);
  const { roles, resources } = managementClients(lab.azure.url, TOKEN);
  const { resourceTypes = [] } = await roles.providerOperationsMetadataOperations.get("Microsoft.Compute");
  const disks = resourceTypes.find(({ name }) => name === "disks");
  expect(disks?.operations?.map(({ name }) => name)).toContain(
    "Microsoft.Compute/disks/beginGetAccess/action",
  );
  expect((await resources.providers.get("Microsoft.Storage")).registrationState).toBe("Registered");
});

test("types without resources have empty lists, and a name is not found", async () => {
  const arm = lab.arm;
  expect(await collect(arm.sshPublicKeys.listBySubscription())).toEqual([]);
  expect(await collect(arm.virtualMachineScaleSets.listAll())).toEqual([]);
  expect(await collect(arm.proximityPlacementGroups.listByResourceGroup(GROUP))).toEqual([]);
  expect((await failureOf(arm.sshPublicKeys.get(GROUP, "key"))).code).toBe("ResourceNotFound");
  const galleries = await get(`${compute}/galleries`, "2021-10-01");
  expect([galleries.status, galleries.body]).toEqual([200, { value: [] }]);
  const deployment = await get(
    `${subscription}/resourceGroups/${GROUP}/providers/Microsoft.Resources/deployments/first`,
    "2022-09-01",
  );
  expect([deployment.status, deployment.code, deployment.message]).toEqual([
    404,
    "DeploymentNotFound",
    "Deployment 'first' could not be found.",
  ]);
});
