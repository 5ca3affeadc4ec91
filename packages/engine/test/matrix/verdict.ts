/** What the matrix asserts of a pair: which messages are good enough, and the verdict that the table keeps. */
import { azureCalls } from "@kluis/azure";
import { type ErrorView, errorView } from "@kluis/domain";
import type { Operation, OperationName } from "./operations.ts";
import type { Refusal } from "./refusals.ts";

export interface Pair {
  readonly operation: Operation;
  readonly refusal: Refusal;
}

export interface Verdict {
  readonly operation: OperationName;
  readonly refusal: Refusal;
  /** Calls that were refused. */
  readonly hits: number;
  /** What the job did during the week, before Azure recovered: `running` is a job that waits. */
  readonly during: string;
  /** State of the job at its end. */
  readonly end: string;
  /** The code that the job showed meanwhile. */
  readonly code: string | null;
  /** Sentences about what does not hold; empty when all does. */
  readonly problems: readonly string[];
}

/** An error as pages show it. */
export type Shown = ErrorView;

export function asShown(value: unknown): Shown | null {
  const parsed = errorView.safeParse(value);
  return parsed.success ? parsed.data : null;
}

const allWords = Object.keys(azureCalls);

/** A message about Azure names the call, and every error names what to do. */
export function messageProblems(shown: Shown | null): string[] {
  if (shown === null) return [];
  const { code, message, action } = shown;
  const problems: string[] = [];
  if (action === "" || action === null) problems.push(`${code} names no remedy.`);
  const isOfAzure = code.startsWith("AZURE_") && !/blob container/.test(message);
  if (isOfAzure && !allWords.some((words) => message.includes(words)))
    problems.push(`The message of ${code} names no operation: ${message.slice(0, 120)}`);
  return problems;
}
