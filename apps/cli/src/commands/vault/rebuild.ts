import type { RebuildResult } from "@kluis/engine/rebuild";
import { defineLocalCommand, option, print } from "../../command.ts";
import { exitCodes, UsageError } from "../../failure.ts";
import { countOf } from "../../format.ts";
import type { Look } from "../../look.ts";
import { Progress } from "../../progress.ts";
import { text } from "../../values.ts";
import { openNamedVault, vaultOptions } from "../../vault/open.ts";

/** Manifests that are printed; JSON has all. */
const SHOWN = 20;

export const vaultRebuild = defineLocalCommand({
  name: "vault rebuild",
  summary: "Fill an empty database of Kluis from a vault",
  details:
    "Restores recovery points, virtual machines and policies after the database was lost. Needs DATABASE_URL of a database that is not in use. It can be repeated. Exit code 1 means that some manifests could not be used.",
  input: {
    name: option("name", "name of the vault in Kluis", text.default("main")),
    ...vaultOptions,
  },
  examples: ["vault rebuild --vault /backup/vault --key-file vault.key"],
  run: async (session, { name, ...input }) => {
    const { terminal, signal } = session;
    const url = terminal.variable("DATABASE_URL");
    if (url === undefined || url === "")
      throw new UsageError("DATABASE_URL is not set.", "Set it to the address of an empty database.");
    const { store, vault } = await openNamedVault(session, input);
    const [{ rebuildFromUrl }, { systemClock }] = await Promise.all([
      import("@kluis/engine/rebuild"),
      import("@kluis/domain/core"),
    ]);
    const progress = new Progress(terminal, "Rebuild");
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }): void =>
      progress.showStage(`${done} of ${countOf(total, "recovery point")}`);
    try {
      const options = { vault, store, name, clock: systemClock, signal, onProgress };
      const result = await rebuildFromUrl(url, options);
      progress.end();
      print(session, result, (look) => report(result, look));
      return result.skipped.length === 0 ? exitCodes.ok : exitCodes.failed;
    } finally {
      progress.end();
    }
  },
});

function report({ added, present, skipped, packs, chunks, unreadPacks }: RebuildResult, look: Look): string {
  const bad = skipped
    .slice(0, SHOWN)
    .map(({ pointId, message }) => look.paint("bad", `${pointId}: ${message}`));
  return [
    ...bad,
    `Added ${countOf(added, "recovery point")}; ${present} were there; ${skipped.length} could not be used.`,
    `The index has ${countOf(packs, "pack")} with ${countOf(chunks, "chunk")}.`,
    ...(unreadPacks === 0 ? [] : [look.paint("bad", `${countOf(unreadPacks, "pack")} could not be read.`)]),
  ].join("\n");
}
