export {
  type Actor,
  actorSchema,
  engineActor,
  type LedgerDraft,
  type LedgerKind,
  type LedgerTarget,
  type LedgerTargetType,
  ledgerKinds,
  ledgerTargetType,
  type SignInMethod,
  signInMethods,
} from "./audit.ts";
export {
  anchorsPrefix,
  anchorText,
  chainEvent,
  checkNext,
  emptyHead,
  type LedgerHead,
  type LedgerProblem,
  type LedgerRecord,
  ledgerDigest,
} from "./ledger.ts";
