/** Where the bytes of a download belong in the file: one after the other, or only in the parts of a disk that have data. */
import { AllocationMap, type DataRun, placesOf } from "@kluis/domain";
import type { Server } from "./client.ts";
import { LocalError } from "./failure.ts";

export interface FilePlan {
  /** Places in the file of bytes `start` to `end` (excluded) of the stream, in order. */
  places(start: number, end: number): Iterable<DataRun>;
  /** Bytes of the file when all `received` bytes of the stream are in it. */
  fileBytes(received: number): number;
  /** The digest of the content that the plan is for, hex; null when any content fits. */
  readonly contentDigest: string | null;
}

/** The stream is the file. */
export const wholeFile: FilePlan = {
  *places(start, end) {
    yield { offset: start, length: end - start };
  },
  fileBytes: (received) => received,
  contentDigest: null,
};

/** Asks the server which parts of a disk have data. */
export async function planWithHoles(
  server: Server,
  disk: { readonly point: string; readonly disk: string },
): Promise<FilePlan> {
  const first = await server.call((api) => api.points.extents.query(disk));
  async function* extents(): AsyncGenerator<DataRun> {
    for (let page = first; ; ) {
      for (const [offset, length] of page.extents) yield { offset, length };
      const from = page.next;
      if (from === null) return;
      page = await server.call((api) => api.points.extents.query({ ...disk, from }));
      if (page.rootDigest !== first.rootDigest) throw changed();
    }
  }
  return packedPlan(await AllocationMap.of(first.diskBytes, extents()), first.rootDigest);
}

/** The stream has the clusters with data, then what follows the disk in the file: the footer of a VHD. */
export function packedPlan(map: AllocationMap, contentDigest: string): FilePlan {
  const { dataBytes, diskBytes } = map;
  return {
    *places(start, end) {
      yield* placesOf(map, start, Math.min(end, dataBytes));
      const from = Math.max(start, dataBytes);
      if (end > from) yield { offset: diskBytes + from - dataBytes, length: end - from };
    },
    fileBytes: (received) => diskBytes + Math.max(0, received - dataBytes),
    contentDigest,
  };
}

/** The end in the file of the first `received` bytes of the stream: what a part must have at least. */
export function endOf(plan: FilePlan, received: number): number {
  if (received === 0) return 0;
  for (const { offset, length } of plan.places(received - 1, received)) return offset + length;
  return 0;
}

function changed(): LocalError {
  return new LocalError("INTERNAL", {
    message: "The content of the disk changed while its parts were listed.",
    action: "Run the command again.",
  });
}

/** @throws LocalError INTERNAL when the server sends other content than the plan is for */
export function checkPlan(plan: FilePlan, response: Response): void {
  const digest = response.headers.get("x-kluis-content-digest");
  if (plan.contentDigest !== null && digest !== null && digest !== plan.contentDigest) throw changed();
}
