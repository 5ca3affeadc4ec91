/** Protection: a virtual machine under a policy. */
import { diskKeySchema } from "@kluis/domain";
import { z } from "zod";
import type { ProtectionPreview } from "../api-types.ts";
import { defineCommand, flag, listOption, option, print, type Session } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { countOf, timeOf } from "../format.ts";
import { text, vmArgument, waitFlag } from "../values.ts";
import { exitCodeOfJob, jobOutcome, waitForJob } from "../wait.ts";
import { pointLine, resultOf } from "./backups.ts";
import { manyOptions, startMany } from "./bulk.ts";
import {
  maybeRequestOptions,
  maybeSecondPerson,
  printRequested,
  requestOptions,
  secondPerson,
} from "./requested.ts";
import { refreshVms } from "./vms.ts";

export const protect = defineCommand({
  name: "protect",
  summary: "Protect a virtual machine by a policy",
  details:
    "The first backup starts at once. For a protected virtual machine, this changes its policy; `--preview` " +
    `says which recovery points it would lose. With --also, one bulk action protects those without protection. ${maybeSecondPerson}`,
  input: {
    vm: vmArgument,
    ...manyOptions,
    policy: option("name", "name or id of the policy", text),
    excludeDisk: listOption(
      "disk",
      'disks to leave out: "os" or LUNs such as 0 2',
      z.array(diskKeySchema).optional(),
    ),
    preview: flag("only show what its recovery points would lose"),
    wait: waitFlag("the first backup ends"),
    ...maybeRequestOptions,
  },
  examples: [
    "protect web-01 --policy standard-daily --wait",
    "protect sql-01 --policy enhanced-4h --exclude-disk 1 2",
    "protect sql-01 --policy standard-daily --preview",
    "protect web-01 --also web-02 web-03 --policy standard-daily",
  ],
  run: async (session, { vm, also, policy, excludeDisk, preview, wait, ...why }) => {
    // Azure may know a virtual machine that was created a moment ago, and Kluis not yet.
    await refreshVms(session);
    if (also !== undefined) {
      if (preview || excludeDisk !== undefined)
        throw new UsageError(
          "--also goes with neither --preview nor --exclude-disk.",
          "See `kluis bulk start`.",
        );
      return startMany(session, { kind: "protect", policy, selection: { vms: [vm, ...also] }, ...why }, wait);
    }
    if (preview) {
      const effect = await session.server.call((api) => api.protection.preview.query({ vm, policy }));
      print(session, effect, () => effectText(effect));
      return exitCodes.ok;
    }
    const answer = await session.server.call((api) =>
      api.protection.set.mutate({ vm, policy, excludedDisks: excludeDisk, ...why }),
    );
    if (answer.requested !== null) return printRequested(session, answer.requested);
    const done = `${answer.vm.name} is protected by ${answer.policy.name}.`;
    if (!wait || answer.jobId === null) {
      const started = answer.jobId === null ? "" : ` The first backup is job ${answer.jobId}.`;
      print(session, answer, () => done + started);
      return exitCodes.ok;
    }
    session.terminal.note(`${done} The first backup has started.`);
    const job = await waitForJob(answer.jobId, session);
    const point = await resultOf(session, job);
    print(session, { ...answer, job, point }, () => jobOutcome(job) + pointLine(point));
    return exitCodeOfJob(job);
  },
});

function effectText(effect: ProtectionPreview): string {
  const { vm, policy, removed, sooner, undoDays, allowed, inReach, retired, violations } = effect;
  if (retired) return `${policy.name} is retired and takes no virtual machines.`;
  if (!inReach) return `The team of ${policy.name} does not reach ${vm.name}: the change is refused.`;
  if (violations.length > 0) {
    const lines = violations.map(({ message, action }) => `  ${message} ${action}`);
    return [`A guardrail does not allow ${policy.name}: the change is refused.`, ...lines].join("\n");
  }
  if (removed + sooner === 0) return `${vm.name} loses no recovery point under ${policy.name}.`;
  const undo = undoDays === 0 ? "permanently" : `and can be brought back for ${countOf(undoDays, "day")}`;
  return [
    ...(removed === 0
      ? []
      : [`${countOf(removed, "recovery point")} of ${vm.name} would be deleted, ${undo}.`]),
    ...(sooner === 0 ? [] : [`${countOf(sooner, "recovery point")} would be kept for a shorter time.`]),
    ...(allowed ? [] : [`You may not shorten the retention of ${vm.name}: the change is refused.`]),
  ].join("\n");
}

const secondPersonDeletes = `With --delete-data: ${secondPerson.charAt(0).toLowerCase()}${secondPerson.slice(1)} Until then the backups continue.`;

export const unprotect = defineCommand({
  name: "unprotect",
  summary: "Stop the backups of a VM; its points stay or are deleted",
  details:
    "Rules remove no point of it anymore. To resume, protect the virtual machine again. --delete-data deletes its points too: it prompts on " +
    "a terminal, and needs --confirm in a script. Deleted points can be brought back with `kluis undelete-point` for as long as the policy says. Pinned ones stay. " +
    secondPersonDeletes,
  input: {
    vm: vmArgument,
    ...manyOptions,
    reason: option("text", "why; recorded in the ledger; --delete-data needs it", text.optional()),
    deleteData: flag("delete its recovery points too"),
    confirm: option("vm name", "the name of the machine, to delete its data", text.optional()),
    ...requestOptions,
  },
  examples: [
    'unprotect web-01 --reason "moved to another tenant"',
    'unprotect web-01 --delete-data --confirm web-01 --reason "retired"',
    "unprotect web-01 --also web-02 web-03",
  ],
  run: async (session, { vm, also, deleteData, confirm: typed, ...why }) => {
    if (also !== undefined) {
      if (deleteData || typed !== undefined)
        throw new UsageError("--also keeps the data.", "Use `kluis bulk start stop-delete`.");
      return startMany(session, { kind: "stop", selection: { vms: [vm, ...also] }, ...why }, false);
    }
    if (!deleteData && typed !== undefined)
      throw new UsageError("--confirm is for --delete-data.", "Use both, or neither.");
    const confirm = deleteData ? (typed ?? (await askName(session, vm))) : undefined;
    const deletePoints = confirm === undefined ? undefined : { confirm };
    const answer = await session.server.call((api) =>
      api.protection.stop.mutate({ vm, ...why, deletePoints }),
    );
    if (answer.requested !== null) return printRequested(session, answer.requested);
    print(session, answer, () => `Protection of ${answer.vm.name} is stopped. ${pointsText(answer.deleted)}`);
    return exitCodes.ok;
  },
});

/** @throws UsageError where a user cannot be asked, or does not agree */
async function askName({ server, terminal, signal }: Session, vm: string): Promise<string> {
  if (!terminal.canAsk) throw new UsageError("--delete-data needs --confirm with the name of the machine.");
  const { name } = await server.call((api) => api.vms.get.query({ vm }));
  if (
    await terminal.confirm(
      `Request to stop the backups of ${name} and delete all its recovery points?`,
      signal,
    )
  )
    return name;
  throw new UsageError("Nothing was changed.");
}

function pointsText(
  deleted: { readonly points: number; readonly pinned: number; readonly purgeAt: string } | null,
): string {
  if (deleted === null) return "Its recovery points are kept.";
  const { points, pinned, purgeAt } = deleted;
  const kept = pinned === 0 ? "" : ` ${countOf(pinned, "pinned point")} kept.`;
  return `${countOf(points, "recovery point")} deleted; until ${timeOf(purgeAt)} they can be brought back.${kept}`;
}

export const allowLists = defineCommand({
  name: "allow-lists",
  summary: "Use Azure's lists of changes again for a disk",
  details:
    "For a disk whose list was wrong. Its next lists are confirmed by comparison, as those of a new disk. `kluis vm` shows them.",
  input: { vm: vmArgument, disk: option("name", "name or unique id of the disk", text) },
  examples: ["allow-lists sql-01 --disk sql-01-data"],
  run: async (session, { vm, disk }) => {
    const answer = await session.server.call((api) => api.protection.allowLists.mutate({ vm, disk }));
    print(session, answer, () =>
      answer.changed
        ? `Azure's lists of changes are allowed again for disk ${answer.disk} of ${answer.vm.name}.`
        : `Azure's lists of changes are not turned off for disk ${answer.disk} of ${answer.vm.name}.`,
    );
    return exitCodes.ok;
  },
});
