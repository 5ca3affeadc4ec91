/** Which api-versions a resource type has, and the errors for others. */
import { type ApiList, lists } from "./api-version-lists.ts";
import type { ArmError } from "./errors.ts";
import { apiVersionInvalid, providerNotFoundForVersion, typeNotFoundForVersion } from "./errors.ts";
import { locations } from "./resources/locations.ts";

/** The first version of types that came after their provider (REST specifications). */
const since: Readonly<Record<string, string>> = {
  "virtualmachines/extensions": "2015-06-15",
  "virtualmachines/runcommands": "2020-06-01",
  restorepointcollections: "2017-03-30",
  "restorepointcollections/restorepoints": "2017-03-30",
  "restorepointcollections/restorepoints/diskrestorepoints": "2020-09-30",
  diskencryptionsets: "2019-07-01",
  diskaccesses: "2020-05-01",
};

/** A resource type as a route names it. */
export interface TypeName {
  namespace: string;
  /** `virtualMachines/extensions` */
  type: string;
}

/** The versions of a type. `type` is its path below the provider, in any letter case. */
export function versionsOf(api: ApiList, type: string): readonly string[] {
  const first = since[type.toLowerCase()];
  return first === undefined ? lists[api] : lists[api].filter((version) => version >= first);
}

/**
 * Refuses an api-version that a type does not have. Resource Manager words it in three ways: for
 * its own types, for a call whose location it knows, and for a call without a location.
 * @throws ArmError 400 or 404
 */
export function checkApiVersion(
  version: string,
  api: ApiList,
  of: { name: TypeName; location: string | undefined },
): void {
  const versions = versionsOf(api, of.name.type);
  if (versions.includes(version.toLowerCase())) return;
  throw refusal(version, { api, versions, ...of });
}

function refusal(
  version: string,
  of: { api: ApiList; versions: readonly string[]; name: TypeName; location: string | undefined },
): ArmError {
  const { api, versions, name, location } = of;
  if (api === "resources") return apiVersionInvalid(version, versions);
  // Roles, locks and policies are everywhere: their body may have a location, they have none.
  const isExtension = name.namespace.toLowerCase() === "microsoft.authorization";
  if (location === undefined || isExtension) return typeNotFoundForVersion(name, version, versions);
  return providerNotFoundForVersion({ location, version, type: name.type }, { versions, locations });
}
