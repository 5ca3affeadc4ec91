/** The error of a step that is tried again, as its timeline keeps it beside the notice. */
import { z } from "zod";
import type { ErrorInfo } from "./errors.ts";
import { type ErrorView, errorView } from "./view.ts";

const detailSchema = z.object({ error: errorView });

/** The detail of a step that failed and is tried again. */
export function retryDetail(error: ErrorInfo): { readonly error: ErrorInfo } {
  return { error };
}

/** The whole error of a step that is tried again; null for another step, and for one that an earlier version stored. */
export function retriedError(step: { readonly notice: unknown; readonly detail: unknown }): ErrorView | null {
  if (!z.object({ code: z.literal("step-retrying") }).safeParse(step.notice).success) return null;
  const parsed = detailSchema.safeParse(step.detail);
  return parsed.success ? parsed.data.error : null;
}
