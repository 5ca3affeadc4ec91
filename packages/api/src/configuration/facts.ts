/** A change of configuration as facts: the events that it writes. They never have a secret. */
import type { ChangeFacts } from "@kluis/db";
import { digestOf } from "@kluis/db/actions";
import { type AccessTarget, type ChangeKind, canonicalJson, storableJson } from "@kluis/domain";
import { z } from "zod";
import type { VmEvent } from "../record.ts";

/** Counts that grow with the inventory. The decider sees them, and they do not end a request. */
const growing = new Set(["affects", "vmsAdded", "vmsRemoved", "protectedRemoved"]);

const json = z.record(z.string(), z.json());

/** What the events say. An object that does not exist yet has no id. */
export function factsOf(events: readonly VmEvent[]): ChangeFacts[] {
  return events.map(({ kind, target, data }) => ({
    kind,
    target: kind.endsWith(".created") ? { ...target, id: "new" } : { ...target },
    data: json.parse(JSON.parse(canonicalJson(storableJson(data ?? {})))),
  }));
}

/** All of it, as the decider saw it. */
export function seenFacts(facts: readonly ChangeFacts[]): string {
  return digestOf(facts);
}

/** What must be the same at the approval as at the request. */
export function fixedFacts(facts: readonly ChangeFacts[]): string {
  return digestOf(
    facts.map(({ data, ...fact }) => ({
      ...fact,
      data: Object.fromEntries(Object.entries(data).filter(([key]) => !growing.has(key))),
    })),
  );
}

const inTeam: readonly ChangeKind[] = [
  "teams.addMember",
  "teams.removeMember",
  "roles.create",
  "roles.update",
  "roles.remove",
];

/** Where it is decided: in the team whose members or roles it changes, otherwise in the organization. */
export function placeOf(kind: ChangeKind, [event]: readonly VmEvent[]): AccessTarget {
  const [teamId, ...more] = event?.teamIds ?? [];
  const isOfTeam = inTeam.includes(kind) && event?.data?.["team"] !== null;
  return isOfTeam && teamId !== undefined && more.length === 0
    ? { kind: "team", teamId }
    : { kind: "organisation" };
}
