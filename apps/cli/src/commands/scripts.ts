/** Pre and post scripts of Linux virtual machines: of a policy, and as a VM has them. */
import { readFile } from "node:fs/promises";
import {
  type LinuxScript,
  type LinuxScripts,
  linuxScriptsSchema,
  noticeText,
  readGuestState,
  scriptNotices,
  scriptSecondsMost,
} from "@kluis/domain";
import { z } from "zod";
import { argument, defineCommand, flag, listOption, option, print } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { printable } from "../look.ts";
import { type Column, formatTable } from "../table.ts";
import { text, vmArgument } from "../values.ts";
import { editPolicy } from "./edit-policy.ts";

const seconds = z.coerce.number().int().min(1).max(scriptSecondsMost);

export const policyScripts = defineCommand({
  name: "policy-scripts",
  summary: "Set the pre and post scripts of a policy for Linux",
  details:
    "Scripts of --pre and --post run as root in every Linux VM of the policy, and need the permission policy:scripts. " +
    "Everyone who can see the policy can read them: put no passwords in them.",
  input: {
    policy: argument("name or id", text),
    guest: flag("use the scripts that each VM has; Kluis only checks them"),
    none: flag("use no scripts"),
    pre: option("file", "script to run before the snapshot", text.optional()),
    post: option("file", "script to run after the snapshot", text.optional()),
    preParameters: listOption("text", "parameters of the pre script", z.array(z.string()).optional()),
    postParameters: listOption("text", "parameters of the post script", z.array(z.string()).optional()),
    timeout: option("seconds", "time limit of each script; default 60", seconds.optional()),
    stopOnFailure: flag("take no snapshot with the guest when a script fails"),
    noFreeze: flag("do not freeze file systems between both scripts"),
  },
  examples: [
    "policy-scripts linux-nightly --pre pre.sh --post post.sh",
    "policy-scripts linux-nightly --guest",
    "policy-scripts linux-nightly --none",
  ],
  run: async (session, { policy: ref, ...asked }) => {
    const linuxScripts = await scriptsOf(asked);
    return editPolicy(session, ref, (before) => {
      const { linuxScripts: _replaced, ...rest } = before.consistency;
      return { ...before, consistency: linuxScripts === null ? rest : { ...rest, linuxScripts } };
    });
  },
});

interface Asked {
  readonly guest: boolean;
  readonly none: boolean;
  readonly pre?: string | undefined;
  readonly post?: string | undefined;
  readonly preParameters?: readonly string[] | undefined;
  readonly postParameters?: readonly string[] | undefined;
  readonly timeout?: number | undefined;
  readonly stopOnFailure: boolean;
  readonly noFreeze: boolean;
}

/** @throws UsageError when the options contradict each other, or a script is not valid */
async function scriptsOf(asked: Asked): Promise<LinuxScripts | null> {
  const { guest, none, pre, post, timeout = 60, stopOnFailure, noFreeze } = asked;
  const isPlaced = pre !== undefined || post !== undefined;
  if (Number(guest) + Number(none) + Number(isPlaced) !== 1)
    throw new UsageError("The scripts need one source.", "Use --guest, --none, or --pre and --post.");
  if (none) return null;
  if (guest) return { from: "guest" };
  if (pre === undefined || post === undefined)
    throw new UsageError("Azure requires both scripts.", "Use --pre and --post.");
  const parsed = linuxScriptsSchema.safeParse({
    from: "policy",
    pre: await scriptOf(pre, asked.preParameters),
    post: await scriptOf(post, asked.postParameters),
    timeoutSeconds: timeout,
    continueOnFailure: !stopOnFailure,
    fsFreeze: !noFreeze,
  });
  if (parsed.success) return parsed.data;
  throw new UsageError(z.prettifyError(parsed.error), "Correct the scripts.");
}

/** A script with the line ends of a shell. */
async function scriptOf(path: string, parameters: readonly string[] = []): Promise<LinuxScript> {
  const content = await readFile(path, "utf8");
  return { text: content.replaceAll("\r\n", "\n"), parameters: [...parameters], retries: 0 };
}

type File = NonNullable<ReturnType<typeof readGuestState>["scripts"]>["files"][number];
const columns: readonly Column<File>[] = [
  { title: "FILE", value: (file) => file.path },
  { title: "OWNER", value: (file) => file.owner ?? "–" },
  { title: "MODE", value: (file) => file.mode ?? "–" },
  { title: "SHA-256", value: (file) => file.sha256?.slice(0, 12) ?? "–", leaveOut: 1 },
];

export const scripts = defineCommand({
  name: "scripts",
  summary: "Show the pre and post scripts of a Linux VM",
  details: "A backup checks them after a change, after a problem, and every seven days.",
  input: { vm: vmArgument },
  examples: ["scripts web-01", "scripts web-01 --json"],
  run: async (session, { vm: ref }) => {
    const shown = await session.server.call((api) => api.vms.get.query({ vm: ref }));
    const state = readGuestState(shown.protection?.guestChanges ?? null).scripts;
    print(session, state ?? null, (look) => {
      if (state === undefined) return `${shown.name} has no scripts that Kluis knows of.`;
      const sentences = scriptNotices(state).map((said) => printable(noticeText(said)));
      const checked = `Checked (UTC): ${minuteOf(state.checkedAt)}`;
      return [
        ...sentences,
        checked,
        "",
        formatTable(columns, state.files, { empty: "No files.", look }),
      ].join("\n");
    });
    return exitCodes.ok;
  },
});
