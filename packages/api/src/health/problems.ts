/** Problems of connections, vaults and subscriptions, for the users who can correct them. */
import { type ConnectionRow, listConnections } from "@kluis/db";
import type { ErrorView, ProblemKind } from "@kluis/domain";
import type { Api } from "../context.ts";
import { readHealth } from "./service.ts";

export interface Problem {
  readonly kind: ProblemKind;
  readonly id: string;
  readonly name: string;
  readonly error: ErrorView;
  readonly since: Date | string | null;
}

/** Connections and vaults first. A subscription of a connection that does not work is left out: its reason is the connection's. */
export async function listProblems(api: Api): Promise<Problem[]> {
  const { parts } = await readHealth(api);
  const failing = parts.flatMap(({ part, ok, subject, error, since }) => {
    if (ok || subject === null || error === null) return [];
    // Work and clocks that fail are raised as what needs attention.
    if (part !== "vault" && part !== "azure") return [];
    const kind = part === "vault" ? "vault" : "connection";
    return [{ kind, ...subject, error, since } as const];
  });
  const down = new Set(failing.map(({ id }) => id));
  const connections = await listConnections(api.db.prisma);
  const working = connections.filter(({ id, state }) => state === "enabled" && !down.has(id));
  return [...failing, ...working.flatMap(ofSubscriptions)];
}

function ofSubscriptions({ subscriptions }: ConnectionRow): Problem[] {
  return subscriptions.flatMap(({ id, name, readable, problem, problemSince }) =>
    problem === null
      ? []
      : [{ kind: readable ? "inventory" : "subscription", id, name, error: problem, since: problemSince }],
  );
}
