/** The dry run of collection. */
import { formatBytes } from "@kluis/domain";
import type { VaultSpace } from "../api-types.ts";
import { argument, defineCommand, flag, print } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { countOf } from "../format.ts";
import { formatFacts } from "../look.ts";
import { text } from "../values.ts";

const labels: Readonly<Record<VaultSpace["reasons"][number]["reason"], string>> = {
  now: "Freed by the next pass",
  grace: "Freed after the grace period",
  compaction: "Freed by compaction, about",
  running: "Stored by running backups",
  "unreadable-point": "Kept for unreadable points",
  refused: "The storage refuses to delete",
  damaged: "Kept: something in it is damaged",
  differs: "Kept until vault and database agree",
};

function factsOf({ reasons, softDeleted, needed, kept }: VaultSpace): (readonly [string, string])[] {
  const part = ({ count, bytes }: { readonly count: number; readonly bytes: number }): string =>
    `${formatBytes(bytes)} in ${countOf(count, "pack")}`;
  return [
    ["Needed", part(needed)],
    ...reasons.map((one) => [labels[one.reason], part(one)] as const),
    [
      "Freed after soft delete, about",
      `${formatBytes(softDeleted.bytes)} of ${countOf(softDeleted.count, "recovery point")}`,
    ],
    ...kept.map(({ pack, reason, bytes }) => [pack, `${formatBytes(bytes)}: ${labels[reason]}`] as const),
  ];
}

export const vaultsCollect = defineCommand({
  name: "vaults collect",
  summary: "Show what collection would free, and why the rest stays",
  details: "The engine collects every hour. This command changes nothing.",
  input: {
    vault: argument("name or id", text),
    dryRun: flag("required: nothing is deleted by this command"),
  },
  examples: ["vaults collect main --dry-run"],
  run: async (session, { vault, dryRun }) => {
    if (!dryRun)
      throw new UsageError("The engine collects by the hour. Add --dry-run to see what it would free.");
    const space = await session.server.call((api) => api.vaults.space.query({ vault }));
    print(session, space, (look) => formatFacts(factsOf(space), look));
    return exitCodes.ok;
  },
});
