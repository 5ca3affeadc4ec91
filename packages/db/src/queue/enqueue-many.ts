/** Adds many tasks to the queue by one statement. */
import { type TaskName, type TaskPayload, taskCatalog, taskKey } from "@kluis/domain";
import type { Tx } from "../tx.ts";

export interface NewTask<N extends TaskName> {
  readonly name: N;
  readonly payload: TaskPayload<N>;
  /** Lower runs first. */
  readonly priority: number;
}

/**
 * Adds tasks whose keys no waiting or running task has, such as those of new jobs. They can start when the caller's transaction
 * commits.
 * @throws ZodError for a payload that does not fit the catalog
 */
export async function enqueueMany<N extends TaskName>(tx: Tx, tasks: readonly NewTask<N>[]): Promise<void> {
  if (tasks.length === 0) return;
  const names = tasks.map(({ name }) => name);
  const bodies = tasks.map(({ name, payload }) => JSON.stringify(taskCatalog[name].payload.parse(payload)));
  const tries = tasks.map(({ name }) => taskCatalog[name].maxAttempts);
  const keys = tasks.map(({ name, payload }) => taskKey(name, payload));
  const priorities = tasks.map(({ priority }) => priority);
  await tx.$queryRaw`
    SELECT count(*)::int AS count FROM graphile_worker.add_jobs((
      SELECT array_agg(ROW(name, body::json, NULL, NULL, tries, key, priority, NULL)::graphile_worker.job_spec)
      FROM unnest(${names}::text[], ${bodies}::text[], ${tries}::int[], ${keys}::text[], ${priorities}::int[])
        AS given(name, body, tries, key, priority)))`;
}
