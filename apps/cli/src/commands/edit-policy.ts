/** Saves a new version of a policy with one part changed, and prints what it says now, or the request that was made instead. */
import { describePolicy, type PolicyDocument } from "@kluis/domain";
import { print, type Session } from "../command.ts";
import { type ExitCode, exitCodes } from "../failure.ts";
import { printRequested } from "./requested.ts";

/** @param change makes the new document from the current one. The server refuses it when someone saved meanwhile. */
export async function editPolicy(
  session: Session,
  policy: string,
  change: (document: PolicyDocument) => PolicyDocument,
): Promise<ExitCode> {
  const {
    id,
    currentVersion,
    document: before,
  } = await session.server.call((api) => api.policies.get.query({ policy }));
  const document = change(before);
  const saved = await session.server.call((api) =>
    api.policies.update.mutate({ policy: id, expectedVersion: currentVersion, document }),
  );
  if (saved.requested !== null) return printRequested(session, saved.requested);
  const { notes } = await session.server.call((api) => api.policies.get.query({ policy: id }));
  print(session, { ...saved, document, notes }, () =>
    [`${saved.name} is saved as version ${saved.version}. ${describePolicy(document)}`, ...notes].join("\n"),
  );
  return exitCodes.ok;
}
