/** The results of the matrix as the long run keeps them. */
import { z } from "zod";
import { isOperationName } from "./operations.ts";
import { refusals } from "./refusals.ts";

const resultSchema = z.object({
  operation: z.string().refine(isOperationName),
  refusal: z.enum(refusals),
  hits: z.number(),
  during: z.string(),
  end: z.string(),
  code: z.string().nullable(),
  problems: z.array(z.string()),
  week: z.enum(["coarse", "fine"]),
  at: z.string(),
});
export type Result = z.infer<typeof resultSchema>;
export const resultsSchema = z.array(resultSchema);
