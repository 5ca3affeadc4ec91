/**
 * Which transfer gets the next free slot of the engines. Pure.
 *
 * 1. Restores, then backups, then second copies, then verifications. Every fourth slot is not for a restore: restores without end
 *    slow backups down, and never stop them. Copies and verifications take no place in the queue ahead of the slots, so that a
 *    backup waits for no more than a part of them.
 * 2. Within a class: transfers that can still meet their deadline, then the others. The deadline of a transfer that is late
 *    must not take the slots of one that is not.
 * 3. When the work does not fit before its deadlines: teams below their fair share, then the others. A team that has too
 *    much work misses its own deadlines, and not those of other teams. Restores have no deadlines, so teams always share.
 * 4. The earliest deadline, then the longest wait.
 *
 * A VM never holds more than half of the slots while others wait that are as urgent. Copies and verifications count only against
 * their own shares: no copy takes anything from a backup. Every 32nd slot goes to the transfer that was served last the longest
 * ago, if that was long: nothing waits forever.
 */
import { HeldSlots } from "./held-slots.ts";
import { isBackground, type TransferClass, transferPriority } from "./transfer-class.ts";

/** A transfer with parts that wait. Times are epoch milliseconds. */
export interface TransferClaim {
  readonly jobId: string;
  readonly class: TransferClass;
  /** The team that the VM counts for; VMs without a team share one turn. */
  readonly team: string;
  readonly vmId: string;
  /** The deadline without the time in which its window is closed (`deadlineForOrder`). Null: none. */
  readonly deadlineAt: number | null;
  /**
   * The deadline of the first snapshot of the VM that newer ones replaced before their transfer: orders the transfer instead, so
   * that it moves up. Null or missing: it replaced none.
   */
  readonly firstDeadlineAt?: number | null;
  /** When it got its last slot; before the first one: since when it waits. */
  readonly servedAt: number;
  /** Parts that wait, and parts that hold a slot. */
  readonly waiting: number;
  readonly held: number;
  /** Expected time of all its open parts in one slot. */
  readonly workMs: number;
  /** The window of its policy is open, or none binds it. */
  readonly isOpen: boolean;
}

export interface DispatchState {
  readonly now: number;
  /** Slots of all live engines, with those that are kept filled ahead. */
  readonly slots: number;
  /** Slots that are free. */
  readonly free: number;
  /** Those of `slots` that only keep the queue filled: not for copies and verifications. */
  readonly ahead: number;
  readonly held: HeldSlots;
  /** Parts given out until now: decides which slots are for the longest wait. */
  readonly turn: number;
  /** The work does not fit before its deadlines (`isOverloaded`). */
  readonly isOverloaded: boolean;
}

/** Parts of a transfer that get a slot, in order. */
export interface HandOut {
  readonly jobId: string;
  readonly parts: number;
}

/** Every n-th slot is for the longest wait: often enough to end it, and 3 % of the capacity at most. */
export const AGED_EVERY = 32;
/**
 * Every n-th slot is not for a restore, if anything else waits: restores have three quarters of the engines, and the backups of all
 * other VMs one.
 */
export const SHARED_EVERY = 4;
/** A transfer that was served within this time is not aged. */
export const AGED_AFTER_MS = 30 * 60_000;
/** The share of the slots that one VM may hold while others wait. */
const VM_SHARE = 1 / 2;

/** Transfers of each class and team, the first in order, that a round needs to know; the dispatcher reads no more. */
export const HEADS_MOST = 16;

interface Open {
  readonly claim: TransferClaim;
  readonly isLate: 0 | 1;
  left: number;
  given: number;
}

/** Slots that a team and a VM may hold while others wait. */
interface Shares {
  readonly team: number;
  readonly vm: number;
}

function sharesOf(open: readonly Open[], slots: number): Shares {
  const teams = new Set(open.map(({ claim }) => claim.team)).size;
  return { team: slots / Math.max(1, teams), vm: vmShare(slots) };
}

function vmShare(slots: number): number {
  return Math.max(1, Math.floor(slots * VM_SHARE));
}

/** Chooses the transfers that get the free slots. Never returns more parts than `free`, or than a transfer has waiting. */
export function handOut(claims: readonly TransferClaim[], state: DispatchState): HandOut[] {
  const dispatch = new Dispatch(claims, state);
  for (let given = 0; given < state.free; given++) if (!dispatch.giveOne(state.turn + given)) break;
  return dispatch.result();
}

/** One round: the state changes with each slot that is given. */
class Dispatch {
  readonly #state: DispatchState;
  readonly #held: HeldSlots;
  /** Per class and team in order of the deadline, so that a choice compares one transfer of each team. */
  readonly #lines: Open[][] = [];
  readonly #open: readonly Open[];
  readonly #order = new Map<string, Open>();
  readonly #urgent: Shares;
  readonly #all: Shares;
  #free: number;

  constructor(claims: readonly TransferClaim[], state: DispatchState) {
    this.#state = state;
    this.#held = new HeldSlots(state.held);
    this.#free = state.free;
    const open = claims
      .filter(({ isOpen, waiting }) => isOpen && waiting > 0)
      .map((claim) => ({ claim, isLate: this.#isLate(claim), left: claim.waiting, given: 0 }));
    const urgent = open.filter(({ claim }) => !isBackground[claim.class]);
    this.#urgent = sharesOf(urgent, state.slots);
    this.#all = sharesOf(open, state.slots - state.ahead);
    for (const line of Map.groupBy(open, ({ claim }) => `${claim.class} ${claim.team}`).values())
      this.#lines.push(line.sort(compareInTeam));
    this.#open = open;
  }

  giveOne(turn: number): boolean {
    const isTurnOf = (every: number): boolean => turn % every === every - 1;
    const chosen =
      (isTurnOf(AGED_EVERY) ? this.#nextAged() : null) ??
      (isTurnOf(SHARED_EVERY) ? this.#nextShared() : null) ??
      this.#next();
    if (chosen === null) return false;
    chosen.left--;
    chosen.given++;
    this.#free--;
    this.#held.add(chosen.claim, 1);
    this.#order.set(chosen.claim.jobId, chosen);
    return true;
  }

  result(): HandOut[] {
    return [...this.#order.values()].map(({ claim, given }) => ({ jobId: claim.jobId, parts: given }));
  }

  /** The longest wait; a transfer gets at most one such slot in a round. */
  #nextAged(): Open | null {
    let oldest: Open | null = null;
    for (const open of this.#open) {
      if (open.left === 0 || open.given > 0 || !this.#isWithinShare(open)) continue;
      if (this.#state.now - open.claim.servedAt < AGED_AFTER_MS) continue;
      if (oldest === null || isOlder(open.claim, oldest.claim)) oldest = open;
    }
    return oldest;
  }

  #nextShared(): Open | null {
    const backup = this.#best(({ claim }) => claim.class === "backup");
    return this.#best(
      (open) =>
        (backup === null ? isBackground[open.claim.class] : open.claim.class === "backup") &&
        this.#isWithinShare(open),
    );
  }

  #next(): Open | null {
    return this.#nextOf((of) => !isBackground[of]) ?? this.#nextOf((of) => isBackground[of]);
  }

  /** Slots that no other VM wants go to a VM beyond its share. */
  #nextOf(isOne: (of: TransferClass) => boolean): Open | null {
    const within = this.#best((open) => isOne(open.claim.class) && this.#isWithinShare(open));
    return within ?? this.#best(({ claim }) => isOne(claim.class));
  }

  #best(mayHave: (open: Open) => boolean): Open | null {
    let best: Open | null = null;
    const hasRoom = this.#free > this.#state.ahead;
    for (const line of this.#lines) {
      while (line[0]?.left === 0) line.shift();
      if (!hasRoom && line[0] !== undefined && isBackground[line[0].claim.class]) continue;
      const first = line.find((open) => open.left > 0 && mayHave(open));
      if (first !== undefined && (best === null || this.#compare(first, best) < 0)) best = first;
    }
    return best;
  }

  #isWithinShare({ claim }: Open): boolean {
    return this.#held.ofVm(claim) < this.#sharesOf(claim).vm;
  }

  #compare(a: Open, b: Open): number {
    return (
      transferPriority[a.claim.class] - transferPriority[b.claim.class] ||
      a.isLate - b.isLate ||
      this.#isBeyondShare(a.claim) - this.#isBeyondShare(b.claim) ||
      compareInTeam(a, b)
    );
  }

  #isLate(claim: TransferClaim): 0 | 1 {
    return isLate(claim, { now: this.#state.now, vmMost: vmShare(this.#state.slots) });
  }

  #isBeyondShare(claim: TransferClaim): 0 | 1 {
    const isShared = isSharedByTeam(claim, this.#state.isOverloaded);
    return isShared && this.#held.ofTeam(claim) >= this.#sharesOf(claim).team ? 1 : 0;
  }

  #sharesOf(claim: TransferClaim): Shares {
    return isBackground[claim.class] ? this.#all : this.#urgent;
  }
}

/** Whether the share of its team orders a transfer before its deadline does. */
export function isSharedByTeam({ class: of }: Pick<TransferClaim, "class">, overloaded: boolean): boolean {
  return overloaded || of === "restore" || of === "copy";
}

/** 1: it cannot meet its deadline any more, also not with half of the slots. */
function isLate(
  claim: TransferClaim,
  { now, vmMost }: { readonly now: number; readonly vmMost: number },
): 0 | 1 {
  if (claim.deadlineAt === null) return 0;
  const side = Math.min(claim.waiting + claim.held, vmMost);
  return now + claim.workMs / Math.max(1, side) > claim.deadlineAt ? 1 : 0;
}

/** The order of two transfers without the shares of teams and VMs: class, late ones last, deadline, longest wait. */
export function compareClaims(
  a: TransferClaim,
  b: TransferClaim,
  { now, slots }: { readonly now: number; readonly slots: number },
): number {
  const vmMost = vmShare(slots);
  const open = (claim: TransferClaim) => ({ claim, isLate: isLate(claim, { now, vmMost }) });
  return transferPriority[a.class] - transferPriority[b.class] || compareInTeam(open(a), open(b));
}

type Ordered = Pick<Open, "claim" | "isLate">;

/** By which transfers are ordered; without a deadline, after all others. */
export function orderDeadline({ deadlineAt, firstDeadlineAt = null }: TransferClaim): number {
  return Math.min(deadlineAt ?? Number.MAX_SAFE_INTEGER, firstDeadlineAt ?? Number.MAX_SAFE_INTEGER);
}

function compareInTeam(a: Ordered, b: Ordered): number {
  return (
    a.isLate - b.isLate ||
    orderDeadline(a.claim) - orderDeadline(b.claim) ||
    a.claim.servedAt - b.claim.servedAt ||
    compareText(a.claim.jobId, b.claim.jobId)
  );
}

function isOlder(a: TransferClaim, b: TransferClaim): boolean {
  return a.servedAt < b.servedAt || (a.servedAt === b.servedAt && a.jobId < b.jobId);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Work with a deadline, for `isOverloaded`. */
export type TimedWork = Pick<TransferClaim, "deadlineAt" | "workMs">;

/**
 * Whether work does not fit before its deadlines: up to some deadline there is more work than the engines' slots can do. Work
 * whose deadline has passed counts for no deadline.
 */
export function isOverloaded(
  work: readonly TimedWork[],
  { now, slots }: { readonly now: number; readonly slots: number },
): boolean {
  const timed = work
    .flatMap(({ deadlineAt, workMs }) =>
      deadlineAt === null || deadlineAt <= now ? [] : [{ deadlineAt, workMs }],
    )
    .sort((a, b) => a.deadlineAt - b.deadlineAt);
  let demandMs = 0;
  for (const { deadlineAt, workMs } of timed) {
    demandMs += workMs;
    if (demandMs > slots * (deadlineAt - now)) return true;
  }
  return false;
}
