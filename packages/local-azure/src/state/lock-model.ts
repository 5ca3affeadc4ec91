/** The part of the state about resource locks. */
import { z } from "zod";

export const lockLevelSchema = z.enum(["CanNotDelete", "ReadOnly"]);

/** A lock; its key in the state is its id in lower case. */
export const lockSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Id of the subscription, resource group or resource that is locked. */
  scope: z.string(),
  level: lockLevelSchema,
  notes: z.string().optional(),
  owners: z.array(z.object({ applicationId: z.string().optional() })).optional(),
});

export type Lock = z.infer<typeof lockSchema>;
