/** The api-versions of each resource type, and the errors for others. */
import { network } from "./api-versions-network.ts";
import type { ArmError } from "./errors.ts";
import { apiVersionInvalid, providerNotFoundForVersion, typeNotFoundForVersion } from "./errors.ts";
import { locations } from "./resources/locations.ts";

/** Versions of the Compute provider, as its error message lists them, oldest first. */
const compute = [
  "2015-05-01-preview",
  "2015-06-15",
  "2016-03-30",
  "2016-04-30-preview",
  "2016-08-30",
  "2017-03-30",
  "2017-12-01",
  "2018-04-01",
  "2018-06-01",
  "2018-10-01",
  "2019-03-01",
  "2019-07-01",
  "2019-12-01",
  "2020-06-01",
  "2020-12-01",
  "2021-03-01",
  "2021-04-01",
  "2021-07-01",
  "2021-11-01",
  "2022-03-01",
  "2022-08-01",
  "2022-11-01",
  "2023-03-01",
  "2023-07-01",
  "2023-09-01",
  "2024-03-01",
  "2024-07-01",
  "2024-11-01",
  "2025-04-01",
  "2025-11-01",
  "2026-03-01",
  "2026-04-01",
] as const;

/** Versions of the disk provider: folders of its specification. */
const disks = [
  "2016-04-30-preview",
  "2017-03-30",
  "2018-04-01",
  "2018-06-01",
  "2018-09-30",
  "2019-03-01",
  "2019-07-01",
  "2019-11-01",
  "2020-05-01",
  "2020-06-30",
  "2020-09-30",
  "2020-12-01",
  "2021-04-01",
  "2021-08-01",
  "2021-12-01",
  "2022-03-02",
  "2022-07-02",
  "2023-01-02",
  "2023-04-02",
  "2023-10-02",
  "2024-03-02",
  "2025-01-02",
  "2026-03-02",
] as const;

const skus = ["2017-03-30", "2017-09-01", "2019-04-01", "2021-07-01"] as const;

/** Versions of Resource Manager, newest first, as its error message lists them. */
const resources = [
  "2025-04-01",
  "2025-03-01",
  "2024-11-01",
  "2024-10-01-preview",
  "2024-08-01",
  "2024-07-01",
  "2024-06-01-preview",
  "2024-03-01",
  "2023-07-01",
  "2023-07-01-preview",
  "2023-03-01-preview",
  "2022-12-01",
  "2022-11-01-preview",
  "2022-09-01",
  "2022-06-01",
  "2022-05-01",
  "2022-03-01-preview",
  "2022-01-01",
  "2021-04-01",
  "2021-01-01",
  "2020-10-01",
  "2020-09-01",
  "2020-08-01",
  "2020-07-01",
  "2020-06-01",
  "2020-05-01",
  "2020-01-01",
  "2019-11-01",
  "2019-10-01",
  "2019-09-01",
  "2019-08-01",
  "2019-07-01",
  "2019-06-01",
  "2019-05-10",
  "2019-05-01",
  "2019-03-01",
  "2018-11-01",
  "2018-09-01",
  "2018-08-01",
  "2018-07-01",
  "2018-06-01",
  "2018-05-01",
  "2018-02-01",
  "2018-01-01",
  "2017-12-01",
  "2017-08-01",
  "2017-06-01",
  "2017-05-10",
  "2017-05-01",
  "2017-03-01",
  "2016-09-01",
  "2016-07-01",
  "2016-06-01",
  "2016-02-01",
  "2015-11-01",
  "2015-01-01",
  "2014-04-01-preview",
  "2014-04-01",
  "2014-01-01",
  "2013-03-01",
  "2014-02-26",
  "2014-04",
] as const;

const roles = [
  "2014-07-01-preview",
  "2014-10-01-preview",
  "2015-05-01-preview",
  "2015-07-01",
  "2016-07-01",
  "2017-05-01",
  "2017-10-01-preview",
  "2018-01-01-preview",
  "2018-07-01",
  "2018-09-01-preview",
  "2018-12-01-preview",
  "2019-04-01-preview",
  "2020-03-01-preview",
  "2020-04-01-preview",
  "2020-08-01-preview",
  "2020-10-01-preview",
  "2021-04-01-preview",
  "2022-01-01-preview",
  "2022-04-01",
  "2022-05-01-preview",
] as const;

const locks = [
  "2014-10-01-preview",
  "2015-01-01",
  "2015-05-01-preview",
  "2015-06-01",
  "2016-09-01",
  "2017-04-01",
  "2020-05-01",
] as const;

const policies = [
  "2015-10-01-preview",
  "2015-11-01",
  "2016-04-01",
  "2016-12-01",
  "2017-06-01-preview",
  "2018-03-01",
  "2018-05-01",
  "2019-01-01",
  "2019-06-01",
  "2019-09-01",
  "2020-03-01",
  "2020-08-01",
  "2020-09-01",
  "2021-06-01",
  "2022-06-01",
  "2022-08-01-preview",
  "2023-04-01",
  "2024-04-01",
  "2024-05-01",
  "2025-01-01",
  "2025-03-01",
] as const;

const exemptions = ["2020-07-01-preview", "2022-07-01-preview", "2024-12-01-preview"] as const;

const features = ["2015-12-01", "2021-07-01"] as const;

/** Versions of Azure Compute Gallery: folders of its specification. */
const galleries = [
  "2018-06-01",
  "2019-03-01",
  "2019-07-01",
  "2019-12-01",
  "2020-09-30",
  "2021-07-01",
  "2021-10-01",
  "2022-01-03",
  "2022-03-03",
  "2022-08-03",
  "2023-07-03",
  "2024-03-03",
] as const;

/** The lists of versions, by the name that a table of routes gives as `api`. */
const lists = {
  resources,
  compute,
  disks,
  skus,
  roles,
  locks,
  policies,
  exemptions,
  features,
  galleries,
  network,
  operations: [...new Set([...compute, ...disks])].sort(),
} as const satisfies Record<string, readonly string[]>;

export type ApiList = keyof typeof lists;

/** The first version of types that came after their provider (REST specifications). */
const since: Readonly<Record<string, string>> = {
  "virtualmachines/extensions": "2015-06-15",
  "virtualmachines/runcommands": "2020-06-01",
  restorepointcollections: "2021-03-01",
  "restorepointcollections/restorepoints": "2021-03-01",
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
  if (location === undefined) return typeNotFoundForVersion(name, version, versions);
  return providerNotFoundForVersion({ location, version, type: name.type }, { versions, locations });
}
