/** Seals stored secrets again after the key of the installation was rotated. */

import { raiseConfigVersion } from "../connections/config-version.ts";
import { lockConnections } from "../connections/write.ts";
import type { Tx } from "../tx.ts";
import { lockVaults } from "../vaults/write.ts";
import type { SecretBox } from "./seal.ts";

export interface Resealed {
  /** Secrets that an older key had sealed. */
  readonly resealed: number;
  /** Names of connections and vaults whose secret no key of the file opens; they stay as they are. */
  readonly unreadable: string[];
}

/** Seals every stored secret with the first key of the file. Repeated, it changes nothing. */
export async function resealSecrets(tx: Tx, box: SecretBox): Promise<Resealed> {
  await lockConnections(tx);
  await lockVaults(tx);
  const where = { sealedSecret: { not: null } };
  const select = { id: true, name: true, sealedSecret: true } as const;
  const unreadable: string[] = [];
  let resealed = 0;
  const renew = (
    row: { readonly id: string; readonly name: string; readonly sealedSecret: Uint8Array | null },
    kind: "connection" | "vault",
  ): Uint8Array<ArrayBuffer> | null => {
    if (row.sealedSecret === null || box.isCurrent(row.sealedSecret)) return null;
    const owner = `${kind}:${row.id}`;
    const secret = box.open(row.sealedSecret, owner);
    if (secret === null) unreadable.push(row.name);
    else resealed += 1;
    return secret === null ? null : box.seal(secret, owner);
  };
  for (const row of await tx.azureConnection.findMany({ where, select })) {
    const sealedSecret = renew(row, "connection");
    if (sealedSecret !== null)
      await tx.azureConnection.update({
        where: { id: row.id },
        data: { sealedSecret },
        select: { id: true },
      });
  }
  for (const row of await tx.vault.findMany({ where, select })) {
    const sealedSecret = renew(row, "vault");
    if (sealedSecret !== null)
      await tx.vault.update({ where: { id: row.id }, data: { sealedSecret }, select: { id: true } });
  }
  if (resealed > 0) await raiseConfigVersion(tx);
  return { resealed, unreadable };
}
