/** The schema of a managed run command of a VM. Secrets, and scripts behind URLs, go to the guest only. */
import { z } from "zod";

const parameter = z.object({ name: z.string(), value: z.string() });

export const managedRunCommandSchema = z.object({
  name: z.string(),
  source: z.object({
    script: z.string().optional(),
    scriptUri: z.string().optional(),
    commandId: z.string().optional(),
  }),
  parameters: z.array(parameter).optional(),
  asyncExecution: z.boolean(),
  runAsUser: z.string().optional(),
  timeoutInSeconds: z.number().int(),
  treatFailureAsDeploymentFailure: z.boolean(),
  tags: z.record(z.string(), z.string()).optional(),
  provisioningState: z.enum(["Creating", "Updating", "Deleting", "Succeeded", "Failed"]),
  /** Absent until the script has ended. */
  result: z
    .object({
      exitCode: z.number().int(),
      output: z.string(),
      error: z.string(),
      startedAt: z.number(),
      endedAt: z.number(),
    })
    .optional(),
});

export type ManagedRunCommand = z.infer<typeof managedRunCommandSchema>;
