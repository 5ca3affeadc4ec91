/** The effects of faults: parameters, options of `fault add`, what each does to calls and work. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { BodyChange, BodyPart } from "../http/send.ts";
import { type RefusalName, refusalNames } from "./refusal-names.ts";

const wholeNumber = z.number().int().min(0);

const refusalPlaceSchema = z.enum(["call", "operation"]);

/** An effect and its parameters, as the control API takes it and the state stores it. */
export const faultEffectSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("fail"),
    status: z.number().int().min(400).max(599).default(500),
    code: z.string().default("InternalServerError"),
    message: z.string().default("A fault rule made this call fail."),
  }),
  z.object({ type: z.literal("throttle"), retryAfterSeconds: z.number().int().min(1).default(5) }),
  z.object({ type: z.literal("hang") }),
  z.object({ type: z.literal("drop") }),
  z.object({ type: z.literal("delay"), ms: wholeNumber.default(1000) }),
  z.object({ type: z.literal("cut"), bytes: wholeNumber.default(0) }),
  z.object({ type: z.literal("slow"), bytesPerSecond: z.number().int().min(1).default(65_536) }),
  z.object({ type: z.literal("revoke"), bytes: wholeNumber.default(0) }),
  z.object({
    type: z.literal("refuse"),
    reason: z.enum(refusalNames),
    /** Default: where Azure usually has the refusal. */
    in: refusalPlaceSchema.optional(),
  }),
  z.object({ type: z.literal("omit"), offset: wholeNumber.default(0), bytes: wholeNumber.default(65_536) }),
  z.object({ type: z.literal("reject-token"), revoked: z.stringbool().or(z.boolean()).default(true) }),
]);

export type FaultEffect = z.output<typeof faultEffectSchema>;
export type EffectType = FaultEffect["type"];
/** The effect of one type. Mapped, so that a generic `effect.type` selects its row of the table. */
type EffectOf<T extends EffectType> = { [K in T]: Extract<FaultEffect, { type: K }> & { type: K } }[T];

/** An error in place of the answer; the surface (ARM, blob, Entra) formats it. */
export interface FaultFailure {
  status: number;
  code: string;
  message: string;
  retryAfterSeconds?: number;
}

/** A refusal of the table in `refusals.ts`. */
export interface InjectedRefusal {
  reason: RefusalName;
  place: z.output<typeof refusalPlaceSchema> | undefined;
}

/** What an effect can do to a call. */
export interface CallUnderFault {
  /** Sends an error in the format of the surface. */
  refuse(failure: FaultFailure): Promise<void>;
  /** Refuses the call, or the operation that it begins, as Azure does for a reason. */
  refuseAs(refusal: InjectedRefusal): Promise<CallOutcome>;
  /** Closes the connection. */
  drop(): void;
  /** Revokes the access grant in the URL of the call; does nothing where there is none. */
  revokeGrant(): Promise<void>;
  /** Refuses the call because of its token; with `revoked`, all later calls with that token too. */
  rejectToken(revoked: boolean): Promise<void>;
}

/** Changes that a difference of two snapshots does not list: those in `[offset, offset + bytes)`. */
export interface OmittedRange {
  offset: number;
  bytes: number;
}

/** `stop`: the call needs no further answer. `answer`: it is answered, with `body` and `omit` applied. */
export type CallOutcome = { next: "stop" } | { next: "answer"; body?: BodyChange; omit?: OmittedRange };

/** What an effect can do to the work of a long-running operation. */
export interface WorkUnderFault {
  /** Aborted when the server stops. */
  signal: AbortSignal;
  /** Ends the operation as Failed with this code. */
  fail(code: string, message: string): never;
}

/** The option of `fault add` that sets one parameter. Two effects may share an option. */
export interface EffectOption {
  /** As commander takes it: `--retry-after <seconds>`. */
  flags: `--${string} <${string}>`;
  help: string;
  value: "number" | "text";
}

interface EffectSpec<T extends EffectType> {
  /** Completes "EFFECT: …" in the help of `fault add`. */
  summary: string;
  options: { [P in Exclude<keyof EffectOf<T>, "type">]: EffectOption };
  /** `isLifted`: whether the rule was removed since. */
  onCall(effect: EffectOf<T>, call: CallUnderFault, isLifted: () => boolean): Promise<CallOutcome>;
  /** `ignored`: the effect concerns requests only. */
  onWork: "ignored" | ((effect: EffectOf<T>, work: WorkUnderFault) => Promise<void>);
}

const bytesOption: EffectOption = {
  flags: "--bytes <n>",
  help: "bytes of the body that still arrive",
  value: "number",
};

/** One row per effect. A new effect is a schema in the union above and the row it requires. */
const effects: { [T in EffectType]: EffectSpec<T> } = {
  fail: {
    summary: "answer with an error; work ends as Failed",
    options: {
      status: { flags: "--status <code>", help: "HTTP status", value: "number" },
      code: { flags: "--code <code>", help: "error code", value: "text" },
      message: { flags: "--message <text>", help: "message", value: "text" },
    },
    onCall: async ({ status, code, message }, call) => {
      await call.refuse({ status, code, message });
      return { next: "stop" };
    },
    onWork: async ({ code, message }, work) => work.fail(code, message),
  },
  throttle: {
    summary: "answer 429 (blobs: 503 ServerBusy) with Retry-After",
    options: {
      retryAfterSeconds: { flags: "--retry-after <seconds>", help: "value of Retry-After", value: "number" },
    },
    onCall: async ({ retryAfterSeconds }, call) => {
      const message = `Number of requests for the subscription exceeded the limit. Please try again after '${retryAfterSeconds}' seconds.`;
      await call.refuse({ status: 429, code: "SubscriptionRequestsThrottled", message, retryAfterSeconds });
      return { next: "stop" };
    },
    onWork: "ignored",
  },
  hang: {
    summary: "never answer; work never ends",
    options: {},
    // The connection stays open until the client gives up or the server stops.
    onCall: async () => ({ next: "stop" }),
    onWork: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", reject)),
  },
  drop: {
    summary: "close the connection without an answer",
    options: {},
    onCall: async (_, call) => {
      call.drop();
      return { next: "stop" };
    },
    onWork: "ignored",
  },
  delay: {
    summary: "wait, then answer or work as usual",
    options: { ms: { flags: "--ms <ms>", help: "how long", value: "number" } },
    onCall: async ({ ms }) => {
      await delay(ms, undefined, { ref: false });
      return { next: "answer" };
    },
    onWork: ({ ms }, { signal }) => delay(ms, undefined, { signal, ref: false }),
  },
  cut: {
    summary: "close the connection inside the body",
    options: { bytes: bytesOption },
    onCall: async ({ bytes }, call) => ({
      next: "answer",
      body: (body) => cut(body, bytes, async () => call.drop()),
    }),
    onWork: "ignored",
  },
  slow: {
    summary: "send the body slowly, until the rule is removed",
    options: {
      bytesPerSecond: { flags: "--bytes-per-second <n>", help: "speed of the body", value: "number" },
    },
    onCall: async ({ bytesPerSecond }, _, isLifted) => ({
      next: "answer",
      body: (body) => slow(body, bytesPerSecond, isLifted),
    }),
    onWork: "ignored",
  },
  revoke: {
    summary: "revoke the access grant inside a read, and close the connection",
    options: { bytes: bytesOption },
    onCall: async ({ bytes }, call) => ({
      next: "answer",
      body: (body) =>
        cut(body, bytes, async () => {
          await call.revokeGrant();
          call.drop();
        }),
    }),
    onWork: "ignored",
  },
  refuse: {
    summary: "answer as Azure does for a reason: `fault reasons` lists them",
    options: {
      reason: { flags: "--reason <name>", help: "name of the refusal", value: "text" },
      in: {
        flags: "--in <place>",
        help: "call, or operation: it is accepted and fails later",
        value: "text",
      },
    },
    onCall: ({ reason, in: place }, call) => call.refuseAs({ reason, place }),
    // A rule for a call also decides about the operation that the call begins.
    onWork: "ignored",
  },
  omit: {
    summary: "leave changes out of a list of differences, without an error",
    options: {
      offset: {
        flags: "--offset <n>",
        help: "first byte of the disk whose changes are left out",
        value: "number",
      },
      bytes: { flags: "--bytes <n>", help: "how many bytes of the disk", value: "number" },
    },
    onCall: async ({ offset, bytes }) => ({ next: "answer", omit: { offset, bytes } }),
    onWork: "ignored",
  },
  "reject-token": {
    summary: "answer 401 although the token is valid; a new token works again",
    options: {
      revoked: {
        flags: "--revoked <true|false>",
        help: "reject the same token in later calls too",
        value: "text",
      },
    },
    onCall: async ({ revoked }, call) => {
      await call.rejectToken(revoked);
      return { next: "stop" };
    },
    onWork: "ignored",
  },
};

async function* cut(
  body: AsyncIterable<BodyPart>,
  afterBytes: number,
  end: () => Promise<void>,
): AsyncGenerator<BodyPart> {
  let sent = 0;
  for await (const part of body) {
    const bytes = part.bytes.subarray(0, afterBytes - sent);
    yield { ...part, bytes };
    sent += bytes.length;
    if (sent >= afterBytes) return end();
  }
}

/** Sends a tenth of `bytesPerSecond` every 100 ms; the rest at once when the rule is removed. */
async function* slow(
  body: AsyncIterable<BodyPart>,
  bytesPerSecond: number,
  isLifted: () => boolean,
): AsyncGenerator<BodyPart> {
  const step = Math.max(1, Math.ceil(bytesPerSecond / 10));
  for await (const { bytes, release } of body) {
    for (let at = 0; at < bytes.length; at += step) {
      if (isLifted()) {
        yield { bytes: bytes.subarray(at) };
        break;
      }
      yield { bytes: bytes.subarray(at, at + step) };
      await delay(100, undefined, { ref: false });
    }
    release?.();
  }
}

/** Applies an effect to a call that is not answered yet. */
export function applyToCall<T extends EffectType>(
  effect: EffectOf<T>,
  call: CallUnderFault,
  isLifted: () => boolean,
): Promise<CallOutcome> {
  return effects[effect.type].onCall(effect, call, isLifted);
}

/** Applies an effect to an operation's work. Rejects when the work must fail or was aborted. */
export async function applyToWork<T extends EffectType>(
  effect: EffectOf<T>,
  work: WorkUnderFault,
): Promise<void> {
  const { onWork } = effects[effect.type];
  if (onWork !== "ignored") await onWork(effect, work);
}

/** Effects with their options by parameter, for the command line. */
export function describeEffects(): {
  type: string;
  summary: string;
  options: Record<string, EffectOption>;
}[] {
  return Object.entries(effects).map(([type, { summary, options }]) => ({ type, summary, options }));
}
