import { formatBytes } from "@kluis/domain/core";
import type { CollectedByAge } from "@kluis/vault";
import { defineLocalCommand, flag, option, print } from "../../command.ts";
import { exitCodes } from "../../failure.ts";
import { countOf } from "../../format.ts";
import type { Look } from "../../look.ts";
import { Progress } from "../../progress.ts";
import { wholeNumber } from "../../values.ts";
import { openNamedVault, vaultOptions } from "../../vault/open.ts";

const DAY_HOURS = 24;
/** Points that are printed; JSON has all that the vault reports. */
const SHOWN = 20;

export const vaultCollect = defineLocalCommand({
  name: "vault collect",
  summary: "Free what no recovery point of a vault needs",
  details:
    "Ages are by the clock of the storage. Do not run it while a backup or a copy writes to the vault: what an unfinished one stored longer ago than --older-than is deleted. With a point that cannot be read nothing is freed, and the exit code is 1.",
  input: {
    dryRun: flag("only say what would be freed, and why the rest is not"),
    olderThan: option("hours", "age of an object before it is deleted (24)", wholeNumber.optional()),
    ...vaultOptions,
  },
  examples: ["vault collect --dry-run", "vault collect --vault /backup/vault --key-file vault.key"],
  run: async (session, { dryRun, olderThan = DAY_HOURS, ...input }) => {
    const { terminal, signal } = session;
    const { collectByAge } = await import("@kluis/vault");
    const { vault, store } = await openNamedVault(session, input);
    const progress = new Progress(terminal, "Collection");
    try {
      progress.showStage("reading maps");
      const olderThanMs = olderThan * 3_600_000;
      const result = await collectByAge({ vault, store, olderThanMs, dryRun, signal });
      progress.end();
      print(session, { dryRun, ...result }, (look) => report(result, { dryRun, look }));
      return result.unresolved.length === 0 ? exitCodes.ok : exitCodes.failed;
    } finally {
      progress.end();
    }
  },
});

function report(result: CollectedByAge, { dryRun, look }: { readonly dryRun: boolean; readonly look: Look }) {
  const { packs, bytes, needed, freed, recent, unresolved } = result;
  const part = (some: { readonly packs: number; readonly bytes: number }): string =>
    `${formatBytes(some.bytes)} in ${countOf(some.packs, "pack")}`;
  const unread = unresolved
    .slice(0, SHOWN)
    .map(({ pointId, message }) => look.paint("bad", `${pointId ?? "held"}: ${message}`));
  return [
    ...unread,
    `Stored: ${part({ packs, bytes })}`,
    `Needed: ${part(needed)}${unresolved.length > 0 ? ", as far as the points can be read" : ""}`,
    ...(recent.packs === 0 ? [] : [`Too recent: ${part(recent)}`]),
    `${dryRun ? "Would be freed" : "Freed"}: ${part(freed)}`,
  ].join("\n");
}
