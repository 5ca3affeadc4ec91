/** The audit ledger. */
import type { RouterOutputs } from "@kluis/api/types";
import { defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { formatFacts, type Look } from "../look.ts";

export const auditVerify = defineCommand({
  name: "audit verify",
  summary: "Verify the whole audit ledger against its signed anchors",
  details: "Exit code 1 means that the ledger is not intact.",
  input: {},
  examples: ["audit verify"],
  run: async (session) => {
    const verdict = await session.server.call((api) => api.audit.verify.mutate());
    print(session, verdict, (look) => verdictText(verdict, look));
    return verdict.ok ? exitCodes.ok : exitCodes.failed;
  },
});

function verdictText(verdict: RouterOutputs["audit"]["verify"], look: Look): string {
  const { events, anchors, copies, head, problem, unchecked } = verdict;
  const result =
    problem === null ? look.paint("good", "Ledger intact") : look.paint("bad", "Ledger not intact");
  const facts: [string, string][] = [];
  if (problem !== null) facts.push(["Problem", `event ${problem.seq}: ${problem.message}`]);
  facts.push(["Events", String(events)], ["Anchors", `${anchors}, of which ${copies} in the vault`]);
  if (head !== null) facts.push(["Head", `event ${head.seq}, ${head.digest}`]);
  if (unchecked !== null) facts.push(["Not checked", unchecked]);
  return `${result}\n${formatFacts(facts, look)}`;
}
