/** What a verification found, as it is stored with its parts, its job and the point. */
import { z } from "zod";

/** Problems that are stored with a part, and with a point; their count is exact. */
export const PROBLEMS_KEPT = 20;

export const verifyProblemSchema = z.object({
  /** `table`: the content can be read, and only a rebuild of the index needs what is damaged. */
  kind: z.enum(["content", "table"]).default("content"),
  object: z.string().max(300),
  code: z.string(),
  message: z.string().max(2_000),
  disk: z.string().nullable(),
  offset: z.int().nullable(),
});

/** The result of one part. */
export const verifyFoundSchema = z.object({
  blocks: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** Problems of either kind; `tables`: those of tables. */
  problemCount: z.int().nonnegative(),
  tables: z.int().nonnegative(),
  problems: z.array(verifyProblemSchema).max(PROBLEMS_KEPT),
});
export type VerifyFound = z.infer<typeof verifyFoundSchema>;

export const nothingFound: VerifyFound = { blocks: 0, bytes: 0, problemCount: 0, tables: 0, problems: [] };

/** The sum of parts, with the first problems. */
export function addFound(one: VerifyFound, other: VerifyFound): VerifyFound {
  return {
    blocks: one.blocks + other.blocks,
    bytes: one.bytes + other.bytes,
    problemCount: one.problemCount + other.problemCount,
    tables: one.tables + other.tables,
    problems: [...one.problems, ...other.problems].slice(0, PROBLEMS_KEPT),
  };
}
