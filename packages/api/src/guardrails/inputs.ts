import { guardrailsSchema } from "@kluis/domain";
import { z } from "zod";
import { paging } from "../inputs.ts";

export const previewGuardrailsInput = z.strictObject({ document: guardrailsSchema });
export type PreviewGuardrailsInput = z.infer<typeof previewGuardrailsInput>;

export const updateGuardrailsInput = z.strictObject({
  /** The version that was edited, 0 for the first; CONFLICT when it is no longer the current one. */
  expectedVersion: z.int().min(0),
  document: guardrailsSchema,
});
export type UpdateGuardrailsInput = z.infer<typeof updateGuardrailsInput>;

export const guardrailHistoryInput = z.strictObject({ page: paging.page, pageSize: paging.pageSize });
export type GuardrailHistoryInput = z.infer<typeof guardrailHistoryInput>;
