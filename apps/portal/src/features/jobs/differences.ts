import { z } from "zod";
import type { JobStepView } from "#lib/api-types.ts";

const detailSchema = z.object({
  differences: z.array(
    z.object({
      code: z.string(),
      params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      text: z.string(),
    }),
  ),
});
export type Difference = z.infer<typeof detailSchema>["differences"][number];

/** What differs between the recorded disk and the restored one, as the first step of a restore records it. */
export function differencesOf({ detail }: Pick<JobStepView, "detail">): readonly Difference[] {
  const parsed = detailSchema.safeParse(detail);
  return parsed.success ? parsed.data.differences : [];
}

/** Whether a step records what a restore could not read. */
export function hasMissing({ detail }: Pick<JobStepView, "detail">): boolean {
  return typeof detail === "object" && detail !== null && "missing" in detail;
}
