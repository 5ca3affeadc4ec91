/** VM extensions: installed into and removed from the guest of a running VM. */
import { z } from "zod";
import { type CatalogEntry, entriesOf, resolveVersion } from "../../guest/extension-catalog.ts";
import { agentError, agentReady, extensionOutcome, provision } from "../../guest/extensions.ts";
import { vaultSecretSchema } from "../../state/key-vault-references.ts";
import { type Operation, tagsSchema, type Vm, type VmExtension } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { parseBody } from "../body.ts";
import { ArmError, operationNotAllowed, propertyChangeNotAllowed, resourceNotFound } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { accepted, started } from "../operations/long-running.ts";
import type { ArmPart } from "../part.ts";
import { resourceOf, vmType } from "../resource-types.ts";
import { type ArmCall, type ArmReply, computeInGroup, expandOf, param, routes } from "../router.ts";
import { extensionBody } from "./extension-body.ts";

const all = `${computeInGroup}/virtualMachines/{vm}/extensions`;
const one = `${all}/{extension}`;

const properties = {
  publisher: z.string().optional(),
  type: z.string().optional(),
  typeHandlerVersion: z.string().optional(),
  autoUpgradeMinorVersion: z.boolean().optional(),
  enableAutomaticUpgrade: z.boolean().optional(),
  suppressFailures: z.boolean().optional(),
  forceUpdateTag: z.string().optional(),
  provisionAfterExtensions: z.array(z.string()).optional(),
  settings: z.record(z.string(), z.json()).optional(),
  // Secrets go to the guest only: they are not stored and never returned.
  protectedSettings: z.unknown().optional(),
  protectedSettingsFromKeyVault: vaultSecretSchema.optional(),
  // Read-only: taken and ignored, as Azure does.
  provisioningState: z.unknown().optional(),
  instanceView: z.unknown().optional(),
};
const envelope = {
  id: z.unknown().optional(),
  name: z.unknown().optional(),
  type: z.unknown().optional(),
  location: z.string().optional(),
  tags: tagsSchema,
};
const putBody = z.strictObject({
  ...envelope,
  location: z.string(),
  properties: z.strictObject({ ...properties, publisher: z.string(), type: z.string() }),
});
const patchBody = z.strictObject({ ...envelope, properties: z.strictObject(properties).optional() });

/** The VM of a call and the key of its extension: the name in lower case. */
function placeOf(call: ArmCall): { vm: Vm; key: string } {
  return { vm: resourceOf(call, vmType), key: param(call, "extension").toLowerCase() };
}

function list(call: ArmCall): ArmReply {
  const vm = resourceOf(call, vmType);
  const expand = expandOf(call);
  const value = Object.values(vm.extensions).map((extension) => extensionBody(vm, extension, expand));
  return { status: 200, body: { value } };
}

function get(call: ArmCall): ArmReply {
  const { vm, key } = placeOf(call);
  const extension = vm.extensions[key];
  if (extension) return { status: 200, body: extensionBody(vm, extension, expandOf(call)) };
  throw notFound(call, vm);
}

function notFound(call: ArmCall, vm: Vm): ArmError {
  return resourceNotFound(
    "Microsoft.Compute/virtualMachines/extensions",
    `${vm.name}/${param(call, "extension")}`,
    param(call, "group"),
  );
}

function refuseStopped(vm: Vm): void {
  if (vm.power !== "running")
    throw operationNotAllowed("Cannot modify extensions in the VM when the VM is not running.");
}

const badRequest = (message: string): ArmError => new ArmError({ status: 400, code: "BadRequest" }, message);

async function put(call: ArmCall): Promise<ArmReply> {
  const { tags, properties: given } = parseBody(putBody, call.body, { parameter: "vmExtension" });
  return set(call, { given, tags });
}

async function patch(call: ArmCall): Promise<ArmReply> {
  const { vm, key } = placeOf(call);
  const existing = vm.extensions[key];
  if (!existing) throw notFound(call, vm);
  const { tags, properties: given = {} } = parseBody(patchBody, call.body, { parameter: "vmExtension" });
  const { publisher = existing.publisher, type = existing.type } = given;
  return set(call, { given: { ...existing, ...given, publisher, type }, tags: tags ?? existing.tags });
}

type Given = z.infer<typeof putBody>["properties"];

/** Checks and begins what PUT and PATCH share. */
async function set(
  call: ArmCall,
  { given, tags }: { given: Given; tags: VmExtension["tags"] },
): Promise<ArmReply> {
  const { vm, key } = placeOf(call);
  const { publisher, type } = given;
  refuseStopped(vm);
  const existing = vm.extensions[key];
  if (existing?.provisioningState === "Deleting")
    throw operationNotAllowed(
      `Operation 'Create or Update VM Extension' is not allowed on VM extension '${existing.name}' since it is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).`,
    );
  if (existing) refuseOtherHandler(existing, given);
  const twin = Object.values(vm.extensions).find(
    (other) => isSameHandler(other, given) && other.name.toLowerCase() !== key,
  );
  if (twin) {
    throw badRequest(
      `Multiple VMExtensions per handler not supported for OS type '${vm.osType}'. VMExtension '${twin.name}' with handler '${publisher}.${type}' already added or specified in input.`,
    );
  }
  const { typeHandlerVersion = "1.0", autoUpgradeMinorVersion = true } = given;
  const installedVersion = versionFor(vm, { ...given, typeHandlerVersion, autoUpgradeMinorVersion });
  const extension: VmExtension = {
    name: existing?.name ?? param(call, "extension"),
    publisher,
    type,
    typeHandlerVersion,
    installedVersion,
    autoUpgradeMinorVersion,
    enableAutomaticUpgrade: given.enableAutomaticUpgrade,
    suppressFailures: given.suppressFailures,
    forceUpdateTag: given.forceUpdateTag,
    provisionAfterExtensions: given.provisionAfterExtensions,
    settings: given.settings,
    protectedSettingsFromKeyVault: given.protectedSettingsFromKeyVault,
    tags,
    provisioningState: existing ? "Updating" : "Creating",
    message: "",
  };
  vm.extensions[key] = extension;
  return started(
    call,
    {
      kind: "virtualMachineExtensions.createOrUpdate",
      family: vmType.family,
      on: vm,
      input: { extension: key },
    },
    { status: existing ? 200 : 201, body: extensionBody(vm, extension) },
  );
}

interface Handler {
  publisher: string;
  type: string;
}

function isSameHandler(a: Handler, b: Handler): boolean {
  return (
    a.publisher.toLowerCase() === b.publisher.toLowerCase() && a.type.toLowerCase() === b.type.toLowerCase()
  );
}

function refuseOtherHandler(existing: VmExtension, given: Handler): void {
  if (isSameHandler(existing, given)) return;
  const changed = existing.type.toLowerCase() === given.type.toLowerCase() ? "publisher" : "type";
  throw propertyChangeNotAllowed(`Changing property '${changed}' is not allowed.`);
}

/** The version to install. Texts: common error messages of VMs (Microsoft). @throws ArmError */
function versionFor(
  vm: Vm,
  wanted: Given & { typeHandlerVersion: string; autoUpgradeMinorVersion: boolean },
): string {
  const { publisher, type, typeHandlerVersion, autoUpgradeMinorVersion } = wanted;
  const entries = entriesOf(publisher, type);
  if (entries.length === 0)
    throw new ArmError(
      { status: 404, code: "ArtifactNotFound" },
      `The VM extension with publisher '${publisher}' and type '${type}' could not be found.`,
    );
  // Azure takes `major.minor` only.
  if (!/^\d+(\.\d+)?$/.test(typeHandlerVersion))
    throw new ArmError(
      { status: 400, code: "InvalidParameter" },
      "The value of parameter typeHandlerVersion is invalid.",
      { target: "typeHandlerVersion" },
    );
  const entry = entries.find(({ os }) => os === vm.osType);
  if (!entry)
    throw badRequest(
      `The VM extension with publisher '${publisher}' and type '${type}' does not support OS type '${vm.osType}' of VM '${vm.name}'.`,
    );
  refuseAutomaticUpgrade(entry, wanted);
  const version = resolveVersion(entry, typeHandlerVersion, autoUpgradeMinorVersion);
  if (version !== undefined) return version;
  throw new ArmError(
    { status: 404, code: "ArtifactVersionNotFound" },
    `No version found in the artifact repository that satisfies the requested version '${typeHandlerVersion}' for VM extension with publisher '${publisher}' and type '${type}'.`,
  );
}

function refuseAutomaticUpgrade(entry: CatalogEntry, { enableAutomaticUpgrade }: Given): void {
  if (enableAutomaticUpgrade === true && !entry.automaticUpgrade)
    throw badRequest(
      `Extension with publisher '${entry.publisher}' and type '${entry.type}' does not support setting enableAutomaticUpgrade property to true on this subscription.`,
    );
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { vm, key } = placeOf(call);
  const extension = vm.extensions[key];
  if (!extension) return { status: 204 };
  refuseStopped(vm);
  extension.provisioningState = "Deleting";
  return accepted(call, {
    kind: "virtualMachineExtensions.delete",
    family: vmType.family,
    on: vm,
    input: { extension: key },
  });
}

const workInput = z.object({ extension: z.string() });

function targetOf(
  world: World,
  operation: Operation,
): { vm: Vm | undefined; key: string; extension: VmExtension | undefined } {
  const vm = world.state.vms[keyOf(operation.target)];
  const key = workInput.parse(operation.input).extension;
  return { vm, key, extension: vm?.extensions[key] };
}

const failed = (world: World, operation: Operation): void => {
  const { extension } = targetOf(world, operation);
  if (extension) extension.provisioningState = "Failed";
};

export const extensions: ArmPart = {
  routes: routes(
    { name: "virtualMachineExtensions", api: "compute" },
    {
      list: ["GET", all, list],
      get: ["GET", one, get],
      createOrUpdate: ["PUT", one, put],
      update: ["PATCH", one, patch],
      delete: ["DELETE", one, remove],
    },
  ),
  work: {
    "virtualMachineExtensions.createOrUpdate": {
      run: async (world, operation) => {
        const { vm, extension } = targetOf(world, operation);
        if (!vm || !extension || extension.provisioningState === "Succeeded") return undefined;
        // A handler that hangs never reports; the operation ends with the server or a new request.
        if (extensionOutcome(vm, extension) === "hangs") await world.operations.untilStopped();
        provision(world, vm, extension);
        return undefined;
      },
      failed,
    },
    "virtualMachineExtensions.delete": {
      run: async (world, operation) => {
        const { vm, key } = targetOf(world, operation);
        if (!vm) return undefined;
        if (!agentReady(world, vm)) throw agentError(vm);
        delete vm.extensions[key];
        return undefined;
      },
      failed,
    },
  },
};
