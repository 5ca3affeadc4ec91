/** The audit ledger. */
import type { RouterOutputs } from "@kluis/api/types";
import type { AuditRow } from "../api-types.ts";
import { defineCommand, option, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { secondOf } from "../format.ts";
import { formatFacts, type Look } from "../look.ts";
import { type Column, formatTable } from "../table.ts";
import { checkPeriod, periodEnd, periodStart, text, wholeNumber } from "../values.ts";
import { actorText, ledgerJobTitle } from "../words.ts";

/** The API's limit for one request. */
const largestPage = 200;

const columns: readonly Column<AuditRow>[] = [
  { title: "EVENT", value: (event) => String(event.seq), align: "right" },
  { title: "TIME (UTC)", value: (event) => secondOf(event.at) },
  { title: "WHAT", value: (event) => event.kind, shrinkTo: 18 },
  { title: "WHO", value: (event) => actorText(event.actor), shrinkTo: 8 },
  {
    title: "TARGET",
    value: ({ target }) => (target.type === "job" ? ledgerJobTitle(target.name) : target.name),
    shrinkTo: 12,
  },
];

export const auditList = defineCommand({
  name: "audit list",
  summary: "List the events of the audit ledger, newest first",
  details: "Days are days in UTC. --json has every detail of an event.",
  input: {
    vm: option("vm", "only events of this virtual machine", text.optional()),
    search: option("text", "only events with this text in the user's or target's name", text.optional()),
    from: option("time", "first day, or events at this time or later", periodStart.optional()),
    to: option("time", "last day, included up to its end, or events before this time", periodEnd.optional()),
    limit: option("n", "how many", wholeNumber.default(50)),
  },
  examples: ["audit list --vm web-01 --from 2026-11-01", 'audit list --search "Olivia" --limit 10'],
  run: async (session, { from, to, limit, ...filter }) => {
    checkPeriod(from, to);
    const period = { from: from?.toISOString(), to: to?.toISOString() };
    const rows: AuditRow[] = [];
    let before: number | null | undefined;
    while (rows.length < limit && before !== null) {
      const page = { before, limit: Math.min(largestPage, limit - rows.length) };
      const answer = await session.server.call((api) =>
        api.audit.list.query({ ...filter, ...period, ...page }),
      );
      rows.push(...answer.rows);
      before = answer.next;
    }
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No events.", look }));
    return exitCodes.ok;
  },
});

export const auditVerify = defineCommand({
  name: "audit verify",
  summary: "Verify the whole audit ledger against its signed anchors",
  details: "Exit code 1 means that the ledger is not intact, or that no anchor proves it.",
  input: {},
  examples: ["audit verify"],
  run: async (session) => {
    const verdict = await session.server.call((api) => api.audit.verify.mutate());
    print(session, verdict, (look) => verdictText(verdict, look));
    return verdict.ok ? exitCodes.ok : exitCodes.failed;
  },
});

/** How far anchors reach: later events are only chained, so their end could be cut off. */
function reachOf(anchoredTo: number, newest: number): string {
  const later = newest - anchoredTo;
  return later === 0
    ? `to event ${anchoredTo}, the newest`
    : `to event ${anchoredTo}; ${later} later, not yet anchored`;
}

function verdictText(verdict: RouterOutputs["audit"]["verify"], look: Look): string {
  const { events, anchors, anchoredTo, copies, head, problem, unchecked } = verdict;
  const failed = problem?.kind === "unanchored" ? "Ledger not proven" : "Ledger not intact";
  const result = problem === null ? look.paint("good", "Ledger intact") : look.paint("bad", failed);
  const facts: [string, string][] = [];
  if (problem !== null) facts.push(["Problem", `event ${problem.seq}: ${problem.message}`]);
  facts.push(["Events", String(events)], ["Anchors", `${anchors}, of which ${copies} in the vault`]);
  if (anchoredTo !== null) facts.push(["Proven", reachOf(anchoredTo, head?.seq ?? anchoredTo)]);
  if (head !== null) facts.push(["Head", `event ${head.seq}, ${head.digest}`]);
  if (unchecked !== null) facts.push(["Not checked", unchecked]);
  return `${result}\n${formatFacts(facts, look)}`;
}
