/** `kluis vault`: commands on a vault's address and key alone, without a server. Loads no other command. */
import type { Catalog, CommandGroup } from "../../command.ts";
import { vaultBackup } from "./backup.ts";
import { vaultCollect } from "./collect.ts";
import { vaultCopy } from "./copy.ts";
import { vaultInit } from "./init.ts";
import { vaultAddKey, vaultKeys, vaultPublicKey, vaultRemoveKey, vaultRotateKeys } from "./keys.ts";
import { vaultLs } from "./ls.ts";
import { vaultRebuild } from "./rebuild.ts";
import { vaultRestore } from "./restore.ts";
import { vaultVerify } from "./verify.ts";

export const vaultGroup: CommandGroup = {
  heading: "A vault without Kluis",
  commands: [
    vaultInit,
    vaultBackup,
    vaultLs,
    vaultVerify,
    vaultRestore,
    vaultCopy,
    vaultCollect,
    vaultKeys,
    vaultAddKey,
    vaultPublicKey,
    vaultRemoveKey,
    vaultRotateKeys,
    vaultRebuild,
  ],
};

export const vaultFamily = { vault: "Work on a vault with its address and key alone" } as const;

export const catalog: Catalog = { groups: [vaultGroup], families: vaultFamily };
