import { procedure } from "../procedures.ts";
import { guardrailHistoryInput, previewGuardrailsInput, updateGuardrailsInput } from "./inputs.ts";
import { getGuardrails, getViolations, listHistory, previewGuardrails, updateGuardrails } from "./service.ts";
import {
  guardrailHistoryView,
  guardrailsPreview,
  guardrailsView,
  savedGuardrailsView,
  violationsView,
} from "./view.ts";

export const guardrailProcedures = {
  /** The guardrails of now. Everyone is bound by them, so everyone reads them. */
  get: procedure
    .requires("inventory:read")
    .output(guardrailsView)
    .query(({ ctx }) => getGuardrails(ctx)),

  /** What existed before a guardrail and does not keep it, of what the user sees. */
  violations: procedure
    .requires("inventory:read")
    .output(violationsView)
    .query(({ ctx }) => getViolations(ctx)),

  /** What a document changes, and which policies, vaults and teams would not keep it. */
  preview: procedure
    .requires("platform:manage")
    .input(previewGuardrailsInput)
    .output(guardrailsPreview)
    .query(({ ctx, input }) => previewGuardrails(ctx, input)),

  /** Saves a new version, which binds from this moment on. */
  update: procedure
    .requires("platform:manage")
    .input(updateGuardrailsInput)
    .output(savedGuardrailsView)
    .mutation(({ ctx, input }) => updateGuardrails(ctx, input)),

  /** The versions, the newest first, with what each changed. */
  history: procedure
    .requires("platform:manage")
    .input(guardrailHistoryInput)
    .output(guardrailHistoryView)
    .query(({ ctx, input }) => listHistory(ctx, input)),
};
