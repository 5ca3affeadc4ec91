/** Makes the rows of the environment's connection and vault equal to the environment, at the start of an engine. */
import {
  appendEvents,
  type EnvironmentVault,
  enqueue,
  findVault,
  followEnvironment,
  followEnvironmentVault,
  inTransaction,
  readKeyCopies,
  readKeyVaultKeys,
} from "@kluis/db";
import { engineActor } from "@kluis/domain";
import { MemoryChunkIndex, type StorePlace, storedVaultId } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import type { EngineConfig } from "../env.ts";
import { openSettings } from "./vaults.ts";

type Settings = Pick<EngineConfig, "azure" | "vault">;

/**
 * @throws KluisError VAULT_UNREACHABLE, VAULT_KEY_WRONG, VAULT_VERSION_UNSUPPORTED when the environment's vault cannot be opened,
 * unless a user disabled it; CONFLICT when the database has another vault with its name
 */
export async function followSettings(
  deps: EngineDeps,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  await followVault(deps, settings.vault, signal);
  if (settings.azure !== null) await followConnection(deps, settings.azure);
  await deps.vaults.refresh();
  await deps.connections.refresh();
}

async function followConnection(deps: EngineDeps, azure: NonNullable<Settings["azure"]>): Promise<void> {
  const { credential, tenantId, authorityHost, armUrl, subscriptions } = azure;
  const facts = {
    tenantId,
    authorityHost,
    armUrl,
    credentialKind: credential.kind,
    clientId: credential.clientId,
  };
  const { taken, held } = await followEnvironment(deps.db, { ...facts, subscriptions }, deps.clock);
  for (const one of taken)
    deps.log.warn({ ...one }, "another connection reads a subscription of the environment");
  for (const one of held)
    deps.log.warn(
      { ...one },
      "a subscription that the environment no longer names is read until its work ends",
    );
}

async function followVault(deps: EngineDeps, config: Settings["vault"], signal: AbortSignal): Promise<void> {
  const { db, clock } = deps;
  const known = await findVault(db.prisma, config.name);
  // A vault that users gave up must not keep the engine from starting.
  if (known?.state === "disabled") return;
  const slotCopies = known === null ? [] : await readKeyCopies(db.prisma, known.id);
  const isKnown = known !== null && known.identity !== null;
  const index = new MemoryChunkIndex();
  // One that is not in its place must not keep the engine from starting: other vaults still serve restores. It is named next.
  const identity = known?.identity ?? null;
  if (identity !== null && (await storedVaultId(config, signal)) !== identity) return;
  const keyIds = known === null ? [] : await readKeyVaultKeys(db.prisma, known.id);
  const keyVault = { client: deps.vaults.keyVault, keyIds };
  const opening = { index, clock, signal, isKnown, slotCopies, keyVault };
  const { store, vault } = await openSettings(config, opening);
  const facts = { identity: vault.id, keyId: vault.keyId, name: config.name, kind: config.kind };
  const createdAt = new Date(vault.createdAt);
  await inTransaction(db, async (tx) => {
    const place = placeColumns(store.place);
    const { id, created } = await followEnvironmentVault(tx, { ...facts, ...place, createdAt }, clock);
    if (!created) return;
    await enqueue(tx, "vault.test", { vaultId: id });
    const { name, kind, keyId } = facts;
    await appendEvents(tx, clock, [
      {
        kind: "vault.created",
        actor: engineActor,
        target: { type: "vault", id, name },
        data: { source: "environment", kind, ...place, keyId },
      },
    ]);
  });
}

function placeColumns(place: StorePlace): Pick<EnvironmentVault, "account" | "container" | "folder"> {
  const none = { account: null, container: null, folder: null };
  if (place.kind === "folder") return { ...none, folder: place.folder };
  return { ...none, account: place.account, container: place.container };
}
