/** Changes of configuration as operations that a second person approves. */
import { type ChangeFacts, inSavepoint, type StoredApproval, type Tx } from "@kluis/db";
import { digestOf } from "@kluis/db/actions";
import {
  type AccessTarget,
  type ChangeKind,
  type DirectChangeKind,
  isPermittedChangeKind,
  KluisError,
  type LedgerKind,
  mustBeAllowed,
  noEffect,
  type PermittedChangeKind,
} from "@kluis/domain";
import { z } from "zod";
import { type BoundOperation, bind, type Look, type Operation } from "../approvals/operation.ts";
import type { SignedInContext } from "../context.ts";
import type { VmEvent } from "../record.ts";
import { directChanges, type MakeChange, secretChange } from "./changes.ts";
import { factsOf, fixedFacts, placeOf, seenFacts } from "./facts.ts";
import { holdFor, vaultOf } from "./gate.ts";
import { changeInputs, storedInput } from "./inputs.ts";
import { mustKeepTwoOwners } from "./owners.ts";

const organisation: AccessTarget = { kind: "organisation" };
const byTeams: readonly ChangeKind[] = [
  "roles.create",
  "roles.update",
  "roles.remove",
  "teams.addMember",
  "teams.removeMember",
];

/** Members and roles are judged by their service, who may change them; everything else belongs to the platform owner. */
function mustMayChange({ who }: SignedInContext, kind: ChangeKind): void {
  if (byTeams.includes(kind)) mustBeAllowed(who.access, "team:manage", { kind: "anywhere" });
  else mustBeAllowed(who.access, "platform:manage", organisation);
}

/** Makes a change in the open transaction. @returns its events */
async function make(
  ctx: SignedInContext,
  tx: Tx,
  {
    kind,
    change,
    input,
  }: { readonly kind: ChangeKind; readonly change: MakeChange; readonly input: unknown },
): Promise<VmEvent[]> {
  mustMayChange(ctx, kind);
  const events: VmEvent[] = [];
  await change({ ...ctx, gate: undefined, within: { tx, events } }, input);
  if (kind === "teams.removeMember" || kind === "people.link") await mustKeepTwoOwners(tx);
  return events;
}

class Rehearsed extends Error {
  readonly events: readonly VmEvent[];
  constructor(events: readonly VmEvent[]) {
    super("A rehearsal takes everything back.");
    this.events = events;
  }
}

/** Makes a change and takes it back. @returns the events that it would write */
async function rehearse(...[ctx, tx, what]: Parameters<typeof make>): Promise<readonly VmEvent[]> {
  try {
    return await inSavepoint(tx, async () => {
      throw new Rehearsed(await make(ctx, tx, what));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.events;
    throw error;
  }
}

function lookOf(
  changes: readonly ChangeFacts[],
  { place, fixed }: { place: AccessTarget; fixed: string },
): Look {
  const [first] = changes;
  if (first === undefined) throw changesNothing();
  return {
    needed: true,
    items: [],
    targets: [place],
    target: first.target,
    policyId: null,
    circumstances: { configuration: fixed },
    effect: noEffect,
    changes,
    seen: seenFacts(changes),
  };
}

function changesNothing(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "changes-nothing",
    message: "This changes nothing: it is so already.",
    action: "There is nothing to request.",
  });
}

/** A change that its approval makes. */
function directOperation(kind: DirectChangeKind): Operation<object, null> {
  const change = directChanges[kind];
  return {
    kind,
    schema: changeInputs[kind],
    hold: async (tx) => void (await holdFor(tx, kind)),
    look: async (ctx, tx, input) => {
      const events = await rehearse(ctx, tx, { kind, change, input });
      const changes = factsOf(events);
      return lookOf(changes, { place: placeOf(kind, events), fixed: fixedFacts(changes) });
    },
    run: async (ctx, tx, { input }) => ({
      result: null,
      events: await make(ctx, tx, { kind, change, input }),
    }),
  };
}

const keyEvents: Readonly<Partial<Record<ChangeKind, LedgerKind>>> = {
  "vaultKeys.remove": "vault.key-removed",
  "vaultKeys.rotate": "vault.keys-rotated",
};

const json = z.record(z.string(), z.json());

/** A change that its requester makes after the approval: this only requests it. */
function permittedOperation(kind: PermittedChangeKind): Operation<object, null> {
  const change = secretChange(kind);
  return {
    kind,
    schema: changeInputs[kind],
    stored: (input) => storedInput(kind, input),
    hold: async (tx) => void (await holdFor(tx, kind)),
    look: async (ctx, tx, input) => {
      mustMayChange(ctx, kind);
      const asked = json.parse(JSON.parse(JSON.stringify(storedInput(kind, input))));
      if (change === null) {
        const { id, name } = await vaultOf(tx, input);
        const target = { type: "vault", id, name } as const;
        const facts = { kind: keyEvents[kind] ?? ("vault.key-added" as const), target, data: asked };
        return lookOf([facts], { place: organisation, fixed: digestOf([id, asked]) });
      }
      const facts = factsOf(await rehearse(ctx, tx, { kind, change, input }));
      const withInput = facts.map((fact) => ({ ...fact, data: { ...fact.data, asked } }));
      return lookOf(withInput, { place: organisation, fixed: fixedFacts(facts) });
    },
    run: async () => ({ result: null, events: [] }),
  };
}

/** A change as the operation that is requested. */
export function changeOperation(kind: ChangeKind): Operation<object, null> {
  return isPermittedChangeKind(kind) ? permittedOperation(kind) : directOperation(kind);
}

/** The change of a stored request. */
export function bindChange(kind: ChangeKind, request: StoredApproval): BoundOperation {
  if (!isPermittedChangeKind(kind)) return bind(directOperation(kind), request.input);
  return {
    hold: async (tx) => void (await holdFor(tx, kind)),
    // Without its secret it cannot be rehearsed. Its requester makes it, and the gate compares its events with the approved ones.
    look: async (ctx) => {
      mustMayChange(ctx, kind);
      const fixed = request.circumstances["configuration"] ?? "";
      return lookOf(request.changes ?? [], { place: organisation, fixed });
    },
    run: async () => ({ result: null, events: [] }),
  };
}
