/** What unfinished transfers hold in a vault, read in pages: a disk of 4 TiB has 4,096 segments, and many transfers are open at once. */
import { openJobStates } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

const JOBS = 100;
const SEGMENTS = 5_000;

const remembered = z.object({
  base: z.object({ disks: z.array(z.object({ root: z.string().nullable() })) }).nullish(),
});

/**
 * Node references that open jobs of a vault need: the roots that they compare with, and their finished segments. A reference may
 * come twice.
 */
export async function* heldNodes(tx: Tx, vaultId: string): AsyncGenerator<string> {
  const select = { id: true, memory: true, disks: { select: { id: true, baseNode: true, root: true } } };
  for (let after: string | null = null; ; ) {
    const jobs: {
      id: string;
      memory: unknown;
      disks: { id: string; baseNode: string | null; root: string | null }[];
    }[] = await tx.job.findMany({
      where: { state: { in: [...openJobStates] }, vaultId, ...(after === null ? {} : { id: { gt: after } }) },
      orderBy: { id: "asc" },
      take: JOBS,
      select,
    });
    for (const { memory, disks } of jobs) {
      yield* basesOf(memory);
      for (const { id, baseNode, root } of disks) {
        if (baseNode !== null) yield baseNode;
        if (root !== null) yield root;
        yield* segmentsOf(tx, id);
      }
    }
    if (jobs.length < JOBS) return;
    after = jobs.at(-1)?.id ?? null;
  }
}

/** The base that a job remembers. A memory of another version of Kluis has none that this one understands; its disks name it. */
function basesOf(memory: unknown): string[] {
  const parsed = remembered.safeParse(memory);
  return parsed.success ? (parsed.data.base?.disks ?? []).flatMap(({ root }) => root ?? []) : [];
}

async function* segmentsOf(tx: Tx, jobDiskId: string): AsyncGenerator<string> {
  for (let after = -1; ; ) {
    const rows: { segment: number; node: string | null }[] = await tx.jobSegment.findMany({
      where: { jobDiskId, segment: { gt: after }, node: { not: null } },
      orderBy: { segment: "asc" },
      take: SEGMENTS,
      select: { segment: true, node: true },
    });
    for (const { node } of rows) if (node !== null) yield node;
    if (rows.length < SEGMENTS) return;
    after = rows.at(-1)?.segment ?? after;
  }
}
