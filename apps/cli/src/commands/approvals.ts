/** Requests for a second person. Approving needs a person who is signed in to the portal. */
import {
  type ApprovalState,
  approvalCancelTexts,
  approvalKinds,
  approvalKindTexts,
  approvalStates,
  approvalStateTexts,
} from "@kluis/domain";
import { z } from "zod";
import type { ApprovalRow, ApprovalView } from "../api-types.ts";
import { argument, defineCommand, flag, listOption, option, print, type Session } from "../command.ts";
import { type ExitCode, exitCodes } from "../failure.ts";
import { countOf, minuteOf, timeOf } from "../format.ts";
import type { Tone } from "../look.ts";
import { allPages } from "../pages.ts";
import { type Column, formatTable } from "../table.ts";
import { choice, text } from "../values.ts";
import { actorText } from "../words.ts";

const stateTones = {
  pending: "warn",
  executed: "good",
  rejected: "bad",
  withdrawn: "dim",
  expired: "dim",
  cancelled: "dim",
  failed: "bad",
} as const satisfies Record<ApprovalState, Tone>;

const approvalArgument = argument("id, or a unique beginning of it", text);

const columns: readonly Column<ApprovalRow>[] = [
  { title: "ID", value: ({ id }) => id, shrinkTo: 13 },
  { title: "STATE", value: ({ state }) => approvalStateTexts[state], tone: ({ state }) => stateTones[state] },
  { title: "REQUEST", value: (row) => `${approvalKindTexts[row.kind]} (${aboutOf(row)})`, wrapTo: 30 },
  { title: "BY", value: ({ requester }) => actorText(requester), leaveOut: 2, shrinkTo: 10 },
  { title: "EXPIRES (UTC)", value: ({ expiresAt }) => minuteOf(expiresAt), leaveOut: 1 },
];

/** What a request is about: a policy, or the first machines that the user sees. */
function aboutOf({ target, vms, vmCount }: Pick<ApprovalRow, "target" | "vms" | "vmCount">): string {
  if (target !== null) return target.name;
  const more = vmCount - vms.length;
  const names = vms.map(({ name }) => name).join(", ");
  return more > 0 ? `${names} and ${more} more` : names || "–";
}

export const approvalsList = defineCommand({
  name: "approvals list",
  summary: "List requests for a second person",
  input: {
    state: listOption("state", "only these states", z.array(choice(approvalStates)).optional()),
    kind: listOption("kind", "only these kinds", z.array(choice(approvalKinds)).optional()),
    vm: option("vm", "only about this virtual machine", text.optional()),
    mine: flag("only your own"),
  },
  examples: ["approvals list --state pending", "approvals list --mine"],
  run: async (session, { mine, ...filter }) => {
    const of = mine ? "me" : undefined;
    const rows = await allPages((page) =>
      session.server.call((api) => api.approvals.list.query({ ...filter, of, page, pageSize: 200 })),
    );
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No requests.", look }));
    return exitCodes.ok;
  },
});

export const approvalsShow = defineCommand({
  name: "approvals show",
  summary: "Show a request, and what it would do now",
  details:
    "With --wait, the exit code is 0 when it was approved and done, and 1 when it ended in another way.",
  input: { approval: approvalArgument, wait: flag("wait until it is decided or expires") },
  examples: ["approvals show 01a21694", "approvals show 01a21694 --wait"],
  run: async (session, { approval, wait }) => {
    const view = wait ? await decided(session, approval) : await read(session, approval);
    print(session, view, () => viewText(session, view));
    return wait && view.state !== "executed" ? exitCodes.failed : exitCodes.ok;
  },
});

export const approvalsReject = defineCommand({
  name: "approvals reject",
  summary: "Reject a request of another person",
  input: {
    approval: approvalArgument,
    reason: option("text", "why; the requester reads it", text.min(3, "Use at least three characters.")),
  },
  examples: ['approvals reject 01a21694 --reason "keep them until the audit"'],
  run: async (session, { approval, reason: comment }) => {
    const view = await session.server.call((api) => api.approvals.reject.mutate({ approval, comment }));
    return ended(session, view);
  },
});

export const approvalsWithdraw = defineCommand({
  name: "approvals withdraw",
  summary: "Take a request of your own back",
  input: { approval: approvalArgument },
  examples: ["approvals withdraw 01a21694"],
  run: async (session, { approval }) => {
    const view = await session.server.call((api) => api.approvals.withdraw.mutate({ approval }));
    return ended(session, view);
  },
});

function ended(session: Session, view: ApprovalView): ExitCode {
  print(session, view, () => `Request ${view.id}: ${approvalStateTexts[view.state].toLowerCase()}.`);
  return exitCodes.ok;
}

function read(session: Session, approval: string): Promise<ApprovalView> {
  return session.server.call((api) => api.approvals.get.query({ approval }));
}

const pollMs = 3_000;

/** Waits until the request does not wait any more: it expires at the latest. */
async function decided(session: Session, approval: string): Promise<ApprovalView> {
  for (;;) {
    const view = await read(session, approval);
    if (view.state !== "pending") return view;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      session.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
    session.signal.throwIfAborted();
  }
}

function viewText({ connection }: Session, view: ApprovalView): string {
  const { state, reason, ticket, requester, decider, comment, endReason, error, now } = view;
  const lines: [string, string | null][] = [
    ["Request", `${approvalKindTexts[view.kind]} (${aboutOf(view)})`],
    ["State", approvalStateTexts[state]],
    ["By", `${actorText(requester)}, ${timeOf(view.createdAt)}`],
    ["Reason", reason],
    ["Ticket", ticket],
    ["Expires", state === "pending" ? timeOf(view.expiresAt) : null],
    ["Effect", effectText(state === "pending" ? (now?.effect ?? null) : view.effect)],
    ["Deciders", view.deciders === null ? null : String(view.deciders.count)],
    ["Decided by", decider === null ? null : decider.name],
    ["Comment", comment],
    ["Ended because", endReason === null ? null : approvalCancelTexts[endReason]],
    ["Error", error === null ? null : `${error.message} ${error.action ?? ""}`.trim()],
    ["An approval", !now?.cancels ? null : `would cancel it. ${approvalCancelTexts[now.cancels]}`],
    ["To approve it", state === "pending" ? `${connection.url}/approvals/${view.id}` : null],
  ];
  return lines.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(14)}${value}`])).join("\n");
}

/** What the request does, in words; null where the user does not see everything that it affects. */
function effectText(effect: ApprovalRow["effect"]): string | null {
  if (effect === null) return null;
  const { points, sooner, vms, pinned, lastGood, undoDays } = effect;
  const of = `of ${countOf(vms, "machine")}`;
  return [
    ...(points > 0 ? [`${countOf(points, "point")} ${of}`] : []),
    ...(sooner > 0 ? [`${countOf(sooner, "point")} ${of} kept for a shorter time`] : []),
    ...(pinned > 0 ? [`${countOf(pinned, "pinned point")} kept`] : []),
    ...(lastGood > 0 ? [`${countOf(lastGood, "machine")} without a good point after it`] : []),
    ...(undoDays === null
      ? []
      : [undoDays === 0 ? "cannot be brought back" : `can be brought back for ${countOf(undoDays, "day")}`]),
  ].join("; ");
}
