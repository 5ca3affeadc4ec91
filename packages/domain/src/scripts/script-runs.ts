/** What the scripts of a Linux guest did, as a job's step stores it. */
import { z } from "zod";
import { scriptNames } from "./linux-scripts.ts";
import type { ScriptRun } from "./script-outcome.ts";

const detailSchema = z.object({
  scripts: z.object({
    runs: z.array(
      z.object({
        script: z.enum(scriptNames),
        exitCode: z.number().nullable(),
        seconds: z.number().nullable(),
        output: z.string(),
      }),
    ),
  }),
});

/** The runs in the detail of a step; none without scripts. */
export function readScriptRuns(detail: unknown): readonly ScriptRun[] {
  const parsed = detailSchema.safeParse(detail);
  return parsed.success ? parsed.data.scripts.runs : [];
}
