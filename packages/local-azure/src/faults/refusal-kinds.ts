/** The shape of a refusal, and the calls that refusals apply to. */

/** What a message can name. */
export interface RefusalFacts {
  /** Id of the resource, and the action on it. */
  scope: string;
  action: string;
  name: string;
  type: string;
  group: string;
  subscription: string;
  location: string;
  /** `The client 'APP' with object id 'OID'`. */
  caller: string;
  now: string;
}

/** For messages that name nothing. */
export const noFacts: RefusalFacts = {
  scope: "",
  action: "",
  name: "",
  type: "",
  group: "",
  subscription: "",
  location: "",
  caller: "",
  now: "",
};

/** The calls that a refusal applies to: by method, by name, or by both. A name may end with `*`. */
export interface Calls {
  label: string;
  methods?: readonly string[];
  names?: readonly string[];
}

/** `call`: the request is answered with the error. `operation`: it is accepted, its operation fails. */
export type Place = "call" | "operation";

export interface Refusal {
  status: number;
  code: string;
  /** The places in which Azure has it. The first is the default. */
  places: readonly [Place, ...Place[]];
  on: Calls;
  message: (facts: RefusalFacts) => string;
  retryAfterSeconds?: number;
  /** Code of the detail, as throttled calls have it. */
  detail?: string;
}

type Message = Refusal["message"] | string;

/** A row of the table: `row(409, "Conflict")(calls, sentence)`. By default the call is refused. */
export const row =
  (status: number, code: string) =>
  (
    on: Calls,
    message: Message,
    extra: Pick<Refusal, "retryAfterSeconds" | "detail"> & { places?: Refusal["places"] } = {},
  ): Refusal => ({
    status,
    code,
    places: ["call"],
    on,
    message: typeof message === "string" ? () => message : message,
    ...extra,
  });

export const inOperation = { places: ["operation"] } as const;
export const inBoth = { places: ["call", "operation"] } as const;
export const usuallyInOperation = { places: ["operation", "call"] } as const;

const named = (...names: string[]): Calls => ({
  label: names.map((name) => `\`${name}\``).join(", "),
  names,
});

export const everyCall: Calls = { label: "every call to ARM", names: ["*"] };
export const everyWrite: Calls = {
  label: "every PUT, PATCH, POST and DELETE",
  methods: ["PUT", "PATCH", "POST", "DELETE"],
};
export const everyChange: Calls = { label: "every PUT and PATCH", methods: ["PUT", "PATCH"] };
export const everyCreate: Calls = { label: "every PUT", methods: ["PUT"] };
export const children: Calls = named("restorePoints.*", "diskRestorePoint.*", "virtualMachineExtensions.*");
export const computeWrites: Calls = {
  label: "every PUT, PATCH, POST and DELETE of Compute and disks",
  methods: ["PUT", "PATCH", "POST", "DELETE"],
  names: [
    "virtualMachines.*",
    "virtualMachineExtensions.*",
    "disks.*",
    "snapshots.*",
    "restorePoint*",
    "diskRestorePoint.*",
  ],
};
export const allocations: Calls = named("virtualMachines.createOrUpdate", "virtualMachines.start");
export const vmChanges: Calls = named(
  "virtualMachines.createOrUpdate",
  "virtualMachines.update",
  "virtualMachines.attachDetachDataDisks",
);
export const grants: Calls = named(
  "disks.grantAccess",
  "snapshots.grantAccess",
  "diskRestorePoint.grantAccess",
);
export const diskGrants: Calls = named("disks.grantAccess");
export const revokes: Calls = named("disks.revokeAccess");
export const encrypted: Calls = named(
  "disks.createOrUpdate",
  "disks.update",
  "snapshots.createOrUpdate",
  "virtualMachines.createOrUpdate",
);
export const snapshotCreation: Calls = named("snapshots.createOrUpdate");
export const pointCreation: Calls = named("restorePoints.create");
export const pointDeletion: Calls = named("restorePoints.delete", "restorePointCollections.delete");
export const extensionChanges: Calls = named(
  "virtualMachineExtensions.createOrUpdate",
  "virtualMachineExtensions.update",
);
export const inGuest: Calls = named(
  "virtualMachineExtensions.createOrUpdate",
  "virtualMachineExtensions.update",
  "virtualMachineExtensions.delete",
  "virtualMachines.runCommand",
);
export const runCommand: Calls = named("virtualMachines.runCommand");
export const agentUsers: Calls = named(
  "restorePoints.create",
  "virtualMachineExtensions.createOrUpdate",
  "virtualMachineExtensions.delete",
);
export const diskCreation: Calls = named("disks.createOrUpdate");
export const polls: Calls = named("operations.get");
export const groupCreation: Calls = named("resourceGroups.createOrUpdate");
export const moves: Calls = named("resources.moveResources", "resources.validateMoveResources");
export const nicDeletion: Calls = named("networkInterfaces.delete");
export const roleAssignmentCreation: Calls = named("roleAssignments.create");
export const roleDeletion: Calls = named("roleDefinitions.delete");
export const policyDeletion: Calls = named("policyDefinitions.delete");
export const lockReads: Calls = named("managementLocks.get");
export const tagDeletion: Calls = named("tags.delete");
export const everyBlobCall: Calls = { label: "`blob.*`", names: ["blob.*"] };
export const blobReads: Calls = named("blob.get", "blob.putPage");
export const blobWrites: Calls = named("blob.putPage");
export const differences: Calls = named("blob.pagelist");

/** Whether a refusal applies to a call. */
export function appliesTo({ methods, names }: Calls, call: { operation: string; method: string }): boolean {
  const matches = (pattern: string): boolean =>
    pattern.endsWith("*") ? call.operation.startsWith(pattern.slice(0, -1)) : pattern === call.operation;
  // Only rows that name calls to the access endpoint apply to them.
  if (call.operation.startsWith("blob.") && names?.some((name) => name.startsWith("blob.")) !== true)
    return false;
  return methods?.includes(call.method) !== false && names?.some(matches) !== false;
}
