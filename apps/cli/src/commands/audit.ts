import { openSession, print, type Register } from "../command.ts";
import { exitCodes } from "../failure.ts";

export const registerAudit: Register = (program, surroundings) => {
  const audit = program.command("audit").description("the ledger of everything that happened");
  audit
    .command("verify")
    .description("walk the whole ledger and compare it with its anchors")
    .option("--json", "print JSON")
    .action(async (options: { json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const verdict = await session.server.call((api) => api.audit.verify.mutate());
      if (!verdict.ok) surroundings.exit(exitCodes.failed);
      print(session, verdict, () => {
        if (verdict.problem !== null) return `the ledger is not right: ${verdict.problem.message}`;
        const head = verdict.head === null ? "" : `; head ${verdict.head.seq} ${verdict.head.digest}`;
        const unchecked = verdict.unchecked === null ? "" : `\nnot checked: ${verdict.unchecked}`;
        return `the ledger is right: ${verdict.events} events, ${verdict.anchors} ${verdict.anchors === 1 ? "anchor" : "anchors"}${head}${unchecked}`;
      });
    });
};
