/** What a vault really holds, for its owner. */
import { formatBytes } from "@kluis/domain";
import type { VaultFigures } from "../api-types.ts";
import { argument, defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { countOf } from "../format.ts";
import { formatFacts } from "../look.ts";
import { text } from "../values.ts";

function figuresOf({
  packs,
  used,
  idle,
  condemned,
  points: held,
  contentBytes,
}: VaultFigures): readonly (readonly [string, string])[] {
  const saved = packs.bytes === 0 || contentBytes === 0 ? null : Math.max(0, 1 - packs.bytes / contentBytes);
  const part = ({ count, bytes }: { readonly count: number; readonly bytes: number }): string =>
    `${formatBytes(bytes)} in ${countOf(count, "pack")}`;
  return [
    ["Stored", part(packs)],
    ["In use", part(used)],
    ["Not in use", part(idle)],
    ["Waiting for deletion", part(condemned)],
    ["Disk content", formatBytes(contentBytes)],
    ["Saved", saved === null ? "–" : `${(saved * 100).toFixed(1)} %`],
    ["Recovery points", `${held.available} available, ${held.damaged} damaged, ${held.pinned} pinned`],
    ["Soft-deleted", `${held.softDeleted.count}; stored ${formatBytes(held.softDeleted.bytes)} first`],
    ["Deleted", String(held.deleted + held.deleting)],
  ];
}

export const vaultsShow = defineCommand({
  name: "vaults show",
  summary: "Show what a vault really holds",
  details: "Other figures show each virtual machine as if it alone used the vault.",
  input: { vault: argument("name or id", text) },
  examples: ["vaults show main"],
  run: async (session, { vault }) => {
    const figures = await session.server.call((api) => api.vaults.figures.query({ vault }));
    print(session, figures, (look) => formatFacts(figuresOf(figures), look));
    return exitCodes.ok;
  },
});
