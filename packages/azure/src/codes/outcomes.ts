/**
 * All outcomes: what a failure of Azure means to Kluis. The tables beside this file map Azure's codes to these outcomes.
 */
import type { ErrorCode, ErrorReason } from "@kluis/domain";
import { guestOutcomes } from "./guest-outcomes.ts";
import { identityOutcomes } from "./identity-outcomes.ts";
import { resourceOutcomes } from "./resource-outcomes.ts";

const all = { ...guestOutcomes, ...identityOutcomes, ...resourceOutcomes };
type All = typeof all;
export type OutcomeName = keyof All;

/** Codes that a failure of Azure can have. */
export type MappedCode = All[OutcomeName]["code"];

/** Reasons of these codes that Kluis itself finds, without a code of Azure. */
type FoundByKluis = {
  AGENT_NOT_READY: "required" | "crash-only";
  AZURE_AUTH_FAILED: "vault";
  AZURE_FORBIDDEN: "vault";
  AZURE_THROTTLED: "vault";
  AZURE_FAILED:
    | "restore-point-failed"
    | "disk-snapshot-failed"
    | "disk-snapshot-lost"
    | "disk-snapshot-without-time"
    | "restore-point-lost"
    | "restore-point-without-time"
    | "restore-point-without-disks"
    | "restore-point-without-disk"
    | "never-ended"
    | "guest-answer"
    | "no-access-url"
    | "wrong-range";
  DELTA_BASE_INVALID: "too-many-ranges" | "snapshot-missing" | "list-incomplete";
};
type FoundReason<C extends ErrorCode> = C extends keyof FoundByKluis ? FoundByKluis[C] : never;

type Wanted = {
  [C in MappedCode]: `${C}/${Exclude<ErrorReason<C>, FoundReason<C>>}`;
}[MappedCode];
type OutcomeKey<O> = O extends { code: infer C extends string; reason: infer R extends string }
  ? `${C}/${R}`
  : never;
type Covered = OutcomeKey<All[OutcomeName]>;

/** Every outcome by name. Does not compile while a reason of a mapped code has no outcome. */
export const outcomes: Exclude<Wanted, Covered> extends never ? All : Exclude<Wanted, Covered> = all;
