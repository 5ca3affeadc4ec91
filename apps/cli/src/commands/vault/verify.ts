import { isDamage } from "@kluis/domain/core";
import type { VerifyResult } from "@kluis/vault";
import { z } from "zod";
import { argument, defineLocalCommand, type LocalSession, listOption, option, print } from "../../command.ts";
import { exitCodes, UsageError } from "../../failure.ts";
import { countOf } from "../../format.ts";
import type { Look } from "../../look.ts";
import { Progress } from "../../progress.ts";
import { withRate } from "../../rate.ts";
import { choice, text } from "../../values.ts";
import { type OpenedVault, openNamedVault, vaultOptions } from "../../vault/open.ts";

/** Problems that are printed for each point; JSON has all that the vault reports. */
const SHOWN = 20;

const modes = ["quick", "sampled", "full"] as const;
const percentage = z.coerce.number<string>().pipe(z.int("Use a whole number from 1 to 100.").min(1).max(100));
/** What a sample reads by default. */
const SAMPLE = 10;

export const vaultVerify = defineLocalCommand({
  name: "vault verify",
  summary: "Check that recovery points of a vault are intact",
  details:
    "quick checks the maps and that every pack is there; full also opens every byte, and sampled a random part of the segments of 1 GiB. Exit code 1 means that a point is damaged.",
  input: {
    point: argument("id, a unique beginning of it, or NAME@latest; all points without it", text.optional()),
    more: listOption("point", "further points", z.array(text).max(1000).optional()),
    mode: option("mode", "quick, sampled or full", choice(modes).default("full")),
    percent: option("n", "sampled: how much of each point is read (default 10)", percentage.optional()),
    ...vaultOptions,
  },
  examples: [
    "vault verify --vault /backup/vault --key-file vault.key",
    "vault verify web-01@latest --mode quick",
    "vault verify --mode sampled --percent 25",
  ],
  run: async (session, { point, more = [], mode, percent, ...input }) => {
    if (percent !== undefined && mode !== "sampled")
      throw new UsageError("--percent is for --mode sampled.", "Leave it out, or add --mode sampled.");
    const opened = await openNamedVault(session, input);
    const named = point === undefined ? [] : [point, ...more];
    const results: Verified[] = [];
    for (const pointId of await pointsToVerify(session, opened, named))
      results.push(await verifyOne(session, opened, { pointId, mode, percent: percent ?? SAMPLE }));
    const ok = results.every((result) => result.ok);
    const sampled = mode === "sampled" ? { percent: percent ?? SAMPLE } : {};
    print(session, { ok, mode, ...sampled, points: results }, (look) => report(results, look));
    return ok ? exitCodes.ok : exitCodes.failed;
  },
});

type Verified = VerifyResult & { readonly pointId: string };

async function pointsToVerify(
  { signal }: LocalSession,
  { vault }: OpenedVault,
  named: readonly string[],
): Promise<readonly string[]> {
  if (named.length === 0) {
    const all = await Array.fromAsync(vault.listManifests(signal));
    return all.map(({ pointId }) => pointId).toSorted();
  }
  const { findPoint } = await import("../../vault/points.ts");
  const found: string[] = [];
  for (const one of named) found.push((await findPoint(vault, one, signal)).pointId);
  return found;
}

interface Verifying {
  readonly pointId: string;
  readonly mode: (typeof modes)[number];
  readonly percent: number;
}

async function verifyOne(
  { terminal, signal }: LocalSession,
  { vault }: OpenedVault,
  { pointId, mode, percent }: Verifying,
): Promise<Verified> {
  const progress = new Progress(terminal, `Verification of ${pointId}`);
  const show = withRate((amount) => progress.showAmount(amount));
  const onProgress = (at: { readonly bytesChecked: number; readonly bytesTotal: number }): void =>
    show({ done: at.bytesChecked, total: at.bytesTotal });
  try {
    const wants = mode === "sampled" ? await sampleOf(vault, { pointId, percent, signal }) : null;
    const read = mode === "quick" ? "quick" : "full";
    const options = { mode: read, signal, onProgress } as const;
    return {
      pointId,
      ...(await vault.verifyPoint(pointId, wants === null ? options : { ...options, wants })),
    };
  } finally {
    progress.end();
  }
}

/** A manifest that cannot be read gives no disks: the verification names its damage. */
async function sampleOf(
  vault: OpenedVault["vault"],
  { pointId, percent, signal }: Pick<Verifying, "pointId" | "percent"> & { readonly signal: AbortSignal },
) {
  const { sampleSegments } = await import("../../vault/sample.ts");
  try {
    return sampleSegments((await vault.getManifest(pointId, signal)).manifest.disks, percent);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return sampleSegments([], percent);
  }
}

function report(results: readonly Verified[], look: Look): string {
  const bad = results.filter(({ ok }) => !ok);
  const total = countOf(results.length, "recovery point");
  if (bad.length === 0) return look.paint("good", `${total}: intact.`);
  const lines = bad.flatMap(({ pointId, problemCount, problems }) => [
    look.paint("bad", `${pointId}: ${countOf(problemCount, "problem")}`),
    ...problems.slice(0, SHOWN).map(({ disk, offset, message }) => {
      const place = disk === null ? "" : `disk ${disk} at ${offset}: `;
      return `  ${place}${message}`;
    }),
    ...(problemCount > SHOWN ? [`  and ${problemCount - SHOWN} more; --json lists ${problems.length}`] : []),
  ]);
  return [...lines, look.paint("bad", `${bad.length} of ${total} damaged.`)].join("\n");
}
