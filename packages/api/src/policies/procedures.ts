import { policyDocumentSchema, policyNameSchema } from "@kluis/domain";
import { z } from "zod";
import { procedure } from "../procedures.ts";
import { createPolicy as create } from "./service.ts";

export const createPolicyInput = z.strictObject({
  name: policyNameSchema,
  description: z.string().trim().max(500).default(""),
  /** Team id or slug. Left out: the person's only team, or (organisation owner) offered to every team. */
  team: z.string().max(100).nullish(),
  document: policyDocumentSchema,
});

export const createPolicy = procedure
  .requires("policy:write")
  .input(createPolicyInput)
  .mutation(({ ctx, input }) => create(ctx, input));
