/** Notices of the verification of the ledger. */
import type { NoticeParams } from "./notice-params.ts";

type Texts = {
  readonly [C in Extract<keyof NoticeParams, `ledger-${string}`>]: (params: NoticeParams[C]) => string;
};

export const ledgerNoticeTexts: Texts = {
  "ledger-edited": ({ seq }) => `Event ${seq} was changed after it was written.`,
  "ledger-missing": ({ seq }) => `Event ${seq} is missing.`,
  "ledger-reordered": ({ seq }) => `Event ${seq} is out of order.`,
  "ledger-broken": ({ seq }) => `Event ${seq} does not follow the event before it: one of them was replaced.`,
  "ledger-truncated": ({ seq }) => `Event ${seq} was signed and is missing: the ledger was cut off.`,
  "ledger-rewritten": ({ seq }) => `Event ${seq} differs from the event that was signed.`,
  "ledger-unanchored": ({ seq }) =>
    `No anchor proves event ${seq} or a later one: a rewritten or shortened ledger would look the same. Check that an engine runs with KLUIS_LEDGER_KEY_FILE, and that no anchor was removed.`,
  "ledger-copies-unread": ({ code }) =>
    `Not all copies of the anchors in the vault could be read (${code}): events that were removed or rewritten together with the database's own anchors may stay undetected.`,
};
