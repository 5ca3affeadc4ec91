import { requestChangeInput } from "../configuration/inputs.ts";
import { requestChange } from "../configuration/request.ts";
import { procedure } from "../procedures.ts";
import { approve, reject, withdraw } from "./decide.ts";
import { approvalInput, approveInput, listApprovalsInput, rejectInput } from "./inputs.ts";
import { getApproval, listApprovals, summarize } from "./read.ts";
import { approvalPage, approvalSummary, approvalView, onlyAsked } from "./view.ts";

export const approvalProcedures = {
  /** Requests for a second person about what the user sees, and their own, the newest first. */
  list: procedure
    .requires("inventory:read")
    .input(listApprovalsInput)
    .output(approvalPage)
    .query(({ ctx, input }) => listApprovals(ctx, input)),

  /** One request, with what it would do now and who could decide. */
  get: procedure
    .requires("inventory:read")
    .input(approvalInput)
    .output(approvalView)
    .query(({ ctx, input }) => getApproval(ctx, input.approval)),

  /** How many requests wait for the user, and how many of the user wait. */
  summary: procedure
    .requires("inventory:read")
    .output(approvalSummary)
    .query(({ ctx }) => summarize(ctx)),

  /** Requests a change of configuration that a guardrail lets no one make alone. Stores none of its secrets. */
  request: procedure
    .requires("inventory:read")
    .input(requestChangeInput)
    .output(onlyAsked)
    .mutation(({ ctx, input }) => requestChange(ctx, input)),

  /** Approves a request and does what it requests, once. */
  approve: procedure
    .requires("approval:decide")
    .input(approveInput)
    .output(approvalView)
    .mutation(({ ctx, input }) => approve(ctx, input)),

  reject: procedure
    .requires("approval:decide")
    .input(rejectInput)
    .output(approvalView)
    .mutation(({ ctx, input }) => reject(ctx, input)),

  /** Takes the user's own request back. */
  withdraw: procedure
    .requires("inventory:read")
    .input(approvalInput)
    .output(approvalView)
    .mutation(({ ctx, input }) => withdraw(ctx, input.approval)),
};
