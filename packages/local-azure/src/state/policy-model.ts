/** The part of the state about policies: definitions and assignments. */
import { z } from "zod";

const parameterValues = z.record(z.string(), z.object({ value: z.json() }));

export const policyDefinitionSchema = z.object({
  id: z.string(),
  name: z.string(),
  policyType: z.enum(["BuiltIn", "Custom"]).default("Custom"),
  /** `Indexed`: only types with tags and location. */
  mode: z.string().default("Indexed"),
  displayName: z.string().optional(),
  description: z.string().optional(),
  metadata: z.json().optional(),
  parameters: z.record(z.string(), z.looseObject({ defaultValue: z.json().optional() })).optional(),
  /** `{ if, then: { effect } }`. */
  policyRule: z.record(z.string(), z.json()),
});

/** An assignment; its key in the state is its id in lower case. */
export const policyAssignmentSchema = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.string(),
  policyDefinitionId: z.string(),
  displayName: z.string().optional(),
  description: z.string().optional(),
  metadata: z.json().optional(),
  notScopes: z.array(z.string()).optional(),
  parameters: parameterValues.optional(),
  enforcementMode: z.enum(["Default", "DoNotEnforce"]).default("Default"),
  nonComplianceMessages: z.array(z.looseObject({ message: z.string() })).optional(),
});

export type PolicyDefinition = z.infer<typeof policyDefinitionSchema>;
export type PolicyAssignment = z.infer<typeof policyAssignmentSchema>;
