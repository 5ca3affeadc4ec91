/** Restores to Azure. */
import type { RouterOutputs } from "@kluis/api/types";
import {
  type MissingRanges,
  missingRangesSchema,
  restorableSkus,
  restoreAccesses,
  restoreZones,
} from "@kluis/domain";
import { z } from "zod";
import type { JobView } from "../api-types.ts";
import { defineCommand, flag, option, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { countOf, timeOf } from "../format.ts";
import { formatFacts, hang, type Look, printable } from "../look.ts";
import { placeOption, pointIn } from "../point-place.ts";
import { anyOf, diskOption, pointArgument, text, waitFlag } from "../values.ts";
import { exitCodeOfJob, jobOutcome, waitForJob } from "../wait.ts";
import { consistencyText } from "../words.ts";

export const restoreDisk = defineCommand({
  name: "restore-disk",
  summary: "Restore a disk of a recovery point to a new managed disk",
  details:
    "Creates a disk and changes nothing that exists. With --skip-damaged, --dry-run lists what is known to be missing; with --wait the command lists what is, and its exit code is 1.",
  input: {
    point: pointArgument,
    disk: diskOption,
    name: option("name", "name of the new managed disk", text),
    resourceGroup: option(
      "group",
      "resource group of the new disk; the virtual machine's without it",
      text.optional(),
    ),
    sku: option(
      "type",
      "kind of disk, such as Premium_LRS; the recorded one without it",
      z.enum(restorableSkus, { error: `Use ${anyOf(restorableSkus)}.` }).optional(),
    ),
    zone: option(
      "zone",
      "availability zone, or none; the recorded one without it",
      z.enum(restoreZones, { error: `Use ${anyOf(restoreZones)}.` }).optional(),
    ),
    encryption: option(
      "key",
      "platform-key, or the id of a disk encryption set; the recorded one without it",
      text.optional(),
    ),
    access: option(
      "access",
      "network access after the upload: deny-all or allow-all; the recorded one without it",
      z.enum(restoreAccesses, { error: `Use ${anyOf(restoreAccesses)}.` }).optional(),
    ),
    skipDamaged: flag("restore what can be read, with zeros for the rest; the job lists it"),
    vault: placeOption,
    dryRun: flag("print what would happen in Azure and do nothing"),
    wait: waitFlag("the disk is complete"),
  },
  examples: [
    "restore-disk web-01@latest --disk 0 --name data-restored --dry-run",
    "restore-disk 01a21694-9aa4 --disk os --name os-restored --wait",
    "restore-disk web-01@latest --disk 0 --name part --skip-damaged --wait",
  ],
  run: async (session, { dryRun, wait, vault, ...asked }) => {
    const input = { ...asked, point: await pointIn(session, asked.point, vault) };
    if (dryRun) {
      const plan = await session.server.call((api) => api.restores.plan.query(input));
      print(session, plan, (look) => planText(plan, look));
      return exitCodes.ok;
    }
    const started = await session.server.call((api) => api.restores.create.mutate(input));
    if (!wait) {
      print(
        session,
        started,
        () => `Disk restore to ${started.target.name} has started: job ${started.jobId}`,
      );
      return exitCodes.ok;
    }
    const job = await waitForJob(started.jobId, session);
    const isDone = job.state === "succeeded" || job.state === "warning";
    const where = isDone ? `\nDisk ${started.target.resourceId}` : "";
    const missing = missingOfJob(job);
    print(session, { ...started, job, missing }, () =>
      [jobOutcome(job) + where, ...missingLines(missing)].join("\n"),
    );
    return missing !== null && missing.bytes > 0 ? exitCodes.failed : exitCodeOfJob(job);
  },
});

function planText(plan: RouterOutputs["restores"]["plan"], look: Look): string {
  const { vm, disk, point, target, steps, notes, missing } = plan;
  const source = `${vm.name}, ${disk.name}, taken ${timeOf(point.takenAt)} (${consistencyText(point.consistency)})`;
  const item = (mark: string, sentence: string): string =>
    `${mark} ${hang(printable(sentence), mark.length + 1, look.width)}`;
  return [
    formatFacts(
      [
        ["From", source],
        ["To", target.resourceId],
      ],
      look,
    ),
    "",
    ...steps.map((step, index) => item(`${index + 1}.`, step)),
    ...notes.map((note) => item("-", note)),
    ...missingLines(missing),
  ].join("\n");
}

type Missing = Pick<MissingRanges, "bytes" | "count"> & {
  readonly ranges: readonly Pick<MissingRanges["ranges"][number], "offset" | "length">[];
};

/** What the restore could not read, from the last step of its job. */
function missingOfJob({ steps }: Pick<JobView, "steps">): MissingRanges | null {
  const details = steps.map(({ detail }) => z.object({ missing: missingRangesSchema }).safeParse(detail));
  return details.find(({ success }) => success)?.data?.missing ?? null;
}

/** Exact bytes, because programs that repair a file system need them. */
function missingLines(missing: Missing | null): string[] {
  if (missing === null || missing.bytes === 0) return [];
  const { bytes, count, ranges } = missing;
  const more = count > ranges.length ? [`  and ${count - ranges.length} more`] : [];
  const lines = ranges.map(({ offset, length }) => `  ${length} bytes at ${offset}`);
  return [`Missing: ${bytes} bytes in ${countOf(count, "range")}`, ...lines, ...more];
}
