/**
 * Which of Azure's budgets a request uses. Sizes per subscription and identity, from
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling and
 * https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits; those of restore points as Azure's headers
 * report them. Azure's answers correct them while Kluis runs.
 */

/** A bucket of tokens. */
export interface Bucket {
  readonly name: string;
  readonly size: number;
  readonly perSecond: number;
  /** Reads what remains from this header; `resource`: the entry of the policy in the provider's list. */
  readonly header: "resource" | "subscription-reads" | "subscription-writes" | "subscription-deletes";
}

export interface BudgetCall {
  readonly subscriptionId: string;
  readonly method: string;
  /** Path of the URL, without the query. */
  readonly path: string;
}

/** The resource that a request is about, with its children: a VM, a disk, a collection. Null for lists. */
export function resourceOfCall({ path }: Pick<BudgetCall, "path">): string | null {
  const found = /^.*?\/providers\/[^/]+\/([^/]+)\/[^/]+/i.exec(path);
  if (found === null) return null;
  // The status of an operation: Azure counts it for the resource, which its address does not name.
  const isOperation = found[1]?.toLowerCase() === "locations";
  return (isOperation ? path : found[0]).toLowerCase();
}

const reads: Bucket = { name: "reads", size: 250, perSecond: 25, header: "subscription-reads" };
const writes: Bucket = { name: "writes", size: 200, perSecond: 10, header: "subscription-writes" };
const deletes: Bucket = { name: "deletes", size: 200, perSecond: 10, header: "subscription-deletes" };

/** A policy of the Compute provider; its buckets refill a third of their size per minute. */
function policy(name: string, size: number): Bucket {
  return { name, size, perSecond: size / 180, header: "resource" };
}

const highCostGet = policy("HighCostGet", 900);
const lowCostGet = policy("LowCostGet", 24_000);
const getOperation = policy("GetOperation", 15_000);
const updateVm = policy("UpdateVM", 1500);
const putCollection = policy("PutRestorePointCollection", 150);
const updateCollection = policy("UpdateRestorePointCollection", 150);
const putPoint = policy("PutRestorePoint", 150);
const deletePoint = policy("DeleteRestorePoint", 360);
const getPoint = policy("LowCostGetRestorePoint", 600);
const listPoints = policy("HighCostGetRestorePoint", 300);
const writeDisk = policy("CreateUpdateDisks", 3000);

interface Rule {
  readonly methods: string;
  readonly path: RegExp;
  readonly bucket: Bucket;
}

const compute = "/providers/microsoft\\.compute";
const rule = (methods: string, path: string, bucket: Bucket): Rule => ({
  methods,
  path: new RegExp(`${compute}${path}$`, "i"),
  bucket,
});

/** The first rule that fits decides. A request without one uses only the budget of its kind. */
const rules: readonly Rule[] = [
  rule("GET", "/virtualmachines", highCostGet),
  rule("GET", "/virtualmachines/[^/]+(/instanceview|/extensions(/[^/]+)?)?", lowCostGet),
  rule("PUT PATCH DELETE", "/virtualmachines/[^/]+/extensions/[^/]+", updateVm),
  rule("POST", "/virtualmachines/[^/]+/(runcommand|start|poweroff|attachdetachdatadisks)", updateVm),
  rule("GET", "/locations/[^/]+/operations/[^/]+", getOperation),
  rule("GET", "/restorepointcollections", listPoints),
  rule("GET", "/restorepointcollections/[^/]+(/restorepoints/[^/]+)?", getPoint),
  rule("GET", "/restorepointcollections/[^/]+/restorepoints/[^/]+/diskrestorepoints", listPoints),
  rule("GET", "/restorepointcollections/[^/]+/restorepoints/[^/]+/diskrestorepoints/[^/]+", getPoint),
  rule("PUT", "/restorepointcollections/[^/]+", putCollection),
  rule("PATCH", "/restorepointcollections/[^/]+", updateCollection),
  rule("PUT", "/restorepointcollections/[^/]+/restorepoints/[^/]+", putPoint),
  rule("DELETE", "/restorepointcollections/[^/]+(/restorepoints/[^/]+)?", deletePoint),
  rule("PUT PATCH", "/disks/[^/]+", writeDisk),
];

function kindOf(method: string): Bucket {
  if (method === "GET" || method === "HEAD") return reads;
  return method === "DELETE" ? deletes : writes;
}

/** The buckets of a request: that of its kind, and that of the provider's policy if it has one. */
export function bucketsOf({ method, path }: Pick<BudgetCall, "method" | "path">): readonly Bucket[] {
  const kind = kindOf(method);
  const found = rules.find(
    ({ methods, path: pattern }) => methods.split(" ").includes(method) && pattern.test(path),
  );
  return found ? [kind, found.bucket] : [kind];
}

/** The subscription and path of a request to ARM; null for requests outside a subscription. */
export function budgetCall(method: string, url: string): BudgetCall | null {
  const { pathname: path } = new URL(url);
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1]?.toLowerCase();
  return subscriptionId === undefined ? null : { subscriptionId, method, path };
}
