/** The shape of an outcome: what a failure of Azure means to Kluis. */
import type { ErrorKind, Retry } from "@kluis/domain";

/** Code and reason of Kluis, whether a retry helps, and what a user does. */
export type Outcome = ErrorKind & { readonly retry: Retry; readonly action: string };

/** The action of errors that need no user. */
export const triesAgain = "Kluis tries again automatically.";
export const setup = "See docs/azure-setup.md.";
