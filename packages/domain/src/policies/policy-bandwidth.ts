/** Whether the limit of bandwidth of a policy can be reached. Pure. */
import { type Notice, notice } from "../notices/notices.ts";
import type { PolicyDocument } from "./policy.ts";

/** The limits that hold beside that of a policy, in MiB per second; null: none. */
export interface StoreRates {
  /** The vault that new backups use; null: there is none. */
  readonly vault: { readonly name: string; readonly bandwidth: number | null } | null;
  /** Of each engine that runs. */
  readonly engines: readonly (number | null)[];
}

/** A limit that is above another one never counts: the lowest one does. */
export function judgeBandwidth({ transfer }: PolicyDocument, { vault, engines }: StoreRates): Notice[] {
  const bandwidth = transfer?.bandwidth;
  if (bandwidth === undefined) return [];
  const ofVault = vault?.bandwidth ?? null;
  const ofEngines = together(engines);
  return [
    ...(vault !== null && ofVault !== null && bandwidth > ofVault
      ? [notice("policy-bandwidth-above-vault", { bandwidth, vault: vault.name, most: ofVault })]
      : []),
    ...(ofEngines !== null && bandwidth > ofEngines
      ? [notice("policy-bandwidth-above-engines", { bandwidth, engines: engines.length, most: ofEngines })]
      : []),
  ];
}

/** What all engines store together; null when one of them has no limit, and without engines. */
function together(engines: readonly (number | null)[]): number | null {
  if (engines.length === 0) return null;
  return engines.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}
