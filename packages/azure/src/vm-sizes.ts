/** What VM sizes support, from Azure's list of a location, which changes rarely and is large: read once and kept. */
import { isKluisError } from "@kluis/domain";
import { call } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import type { CallOptions } from "./lro.ts";

export interface VmSizeFacts {
  readonly premiumStorage: boolean | null;
  readonly maxDataDisks: number | null;
}

type Sizes = ReadonlyMap<string, VmSizeFacts>;

const keptMs = 24 * 60 * 60 * 1000;
/** After an error sizes count as unknown, and the list is read again after this pause. */
const retryMs = 10 * 60 * 1000;
/** A list of one location has about 1,000 sizes. */
const mostPages = 200;

interface Kept {
  readonly sizes: Promise<Sizes>;
  until: number;
}

const kept = new WeakMap<AzureConnection, Map<string, Kept>>();
const unknownSize: VmSizeFacts = { premiumStorage: null, maxDataDisks: null };

/** Facts of a VM's size; unknown when Azure's list is not readable: no discovery fails for want of them. */
export async function vmSizeOf(
  azure: AzureConnection,
  vm: { readonly subscriptionId: string; readonly location: string; readonly size: string },
  options: CallOptions = {},
): Promise<VmSizeFacts> {
  const now = performance.now();
  const ofConnection = kept.get(azure) ?? new Map<string, Kept>();
  kept.set(azure, ofConnection);
  const key = `${vm.subscriptionId}|${vm.location}`.toLowerCase();
  const known = ofConnection.get(key);
  const entry = known && known.until > now ? known : { sizes: read(azure, vm, options), until: now + keptMs };
  ofConnection.set(key, entry);
  try {
    return (await entry.sizes).get(vm.size.toLowerCase()) ?? unknownSize;
  } catch (error) {
    if (options.signal?.aborted === true || isKluisError(error, "CANCELLED")) {
      ofConnection.delete(key);
      throw error;
    }
    entry.until = Math.min(entry.until, now + retryMs);
    return unknownSize;
  }
}

async function read(
  azure: AzureConnection,
  { subscriptionId, location }: { readonly subscriptionId: string; readonly location: string },
  options: CallOptions,
): Promise<Sizes> {
  const sizes = new Map<string, VmSizeFacts>();
  const filter = `location eq '${location.toLowerCase().replaceAll(/[^a-z0-9]/g, "")}'`;
  const pages = azure
    .compute(subscriptionId)
    .resourceSkus.list({ filter, ...abortable(options) })
    .byPage();
  const name = { operation: "list VM sizes", target: `/subscriptions/${subscriptionId}` } as const;
  for (let count = 0; count < mostPages; count += 1) {
    const page = await call(name, () => pages.next());
    if (page.done === true) break;
    for (const sku of page.value) {
      if (sku.resourceType?.toLowerCase() !== "virtualmachines") continue;
      const of = (capability: string) =>
        sku.capabilities?.find((one) => one.name?.toLowerCase() === capability)?.value;
      const [premium, disks] = [of("premiumio"), Number(of("maxdatadiskcount"))];
      sizes.set((sku.name ?? "").toLowerCase(), {
        premiumStorage: premium === undefined ? null : premium.toLowerCase() === "true",
        maxDataDisks: Number.isSafeInteger(disks) ? disks : null,
      });
    }
  }
  return sizes;
}
