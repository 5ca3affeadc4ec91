/** Page lists: the written ranges of a blob, or its differences from an older snapshot. */
import { DATA, type Run, ZERO } from "../disks/blocks.ts";
import type { OmittedRange } from "../faults/effects.ts";
import type { World } from "../world.ts";
import { authenticationFailed, BlobError, invalidQuery } from "./errors.ts";
import { type AccessTarget, blobSize, findTarget } from "./target.ts";

const MAX_RESULTS = 10_000;

/** One page of a list, and the marker of the next page ("" at the end). */
interface PageList {
  ranges: Run[];
  nextMarker: string;
}

/** Lists the written ranges or, with `previousUrl`, the changes since then. @throws BlobError */
export function listPages(
  world: World,
  target: AccessTarget,
  request: {
    window: { offset: number; end: number };
    previousUrl: string | undefined;
    query: URLSearchParams;
    /** Left out of a difference. */
    omit: OmittedRange | undefined;
  },
): PageList {
  const { limit, from } = paging(request.query, request.window);
  const window = { offset: from, end: request.window.end };
  const data = { offset: window.offset, end: Math.min(window.end, target.sizeBytes) };
  const all =
    request.previousUrl === undefined
      ? [...world.layers.dataRuns(target.layer, data), ...footerRun(target, window)]
      : withoutRange(
          changedRuns(world, target, { previousUrl: request.previousUrl, window: data }),
          request.omit,
        );
  const ranges = all.slice(0, limit);
  const next = all[limit];
  return { ranges, nextMarker: next ? Buffer.from(`p:${next.offset}`).toString("base64url") : "" };
}

function withoutRange(runs: Run[], omit: OmittedRange | undefined): Run[] {
  if (omit === undefined) return runs;
  const end = omit.offset + omit.bytes;
  return runs.flatMap((run) => {
    const before = { ...run, length: Math.min(run.length, omit.offset - run.offset) };
    const from = Math.max(run.offset, end);
    const after = { ...run, offset: from, length: run.offset + run.length - from };
    return [before, after].filter(({ length }) => length > 0);
  });
}

function paging(
  query: URLSearchParams,
  window: { offset: number; end: number },
): { limit: number; from: number } {
  const wanted = query.get("maxresults");
  const limit = wanted === null ? MAX_RESULTS : Number(wanted);
  if (!Number.isInteger(limit) || limit <= 0) throw invalidQuery("maxresults", wanted ?? "");
  const marker = query.get("marker");
  if (marker === null || marker === "") return { limit: Math.min(limit, MAX_RESULTS), from: window.offset };
  const [, offset] = /^p:(\d+)$/.exec(Buffer.from(marker, "base64url").toString("latin1")) ?? [];
  const from = Number(offset);
  if (offset === undefined || !Number.isSafeInteger(from)) throw invalidQuery("marker", marker);
  return { limit: Math.min(limit, MAX_RESULTS), from: Math.max(from, window.offset) };
}

function footerRun(target: AccessTarget, window: { offset: number; end: number }): Run[] {
  const offset = Math.max(window.offset, target.sizeBytes);
  const end = Math.min(window.end, blobSize(target));
  return end > offset ? [{ offset, length: end - offset, state: DATA }] : [];
}

/** A difference needs a live grant of an older snapshot of the same family. @throws BlobError */
function changedRuns(
  world: World,
  target: AccessTarget,
  request: { previousUrl: string; window: { offset: number; end: number } },
): Run[] {
  const base = baseOf(world, request.previousUrl);
  if (target.kind === "disk" || base.kind === "disk")
    throw new BlobError(
      { status: 409, code: "PreviousSnapshotOperationNotSupported" },
      "Differences are available between snapshots only.",
    );
  if (
    !world.state.settings.restorePointDiff &&
    (target.kind === "diskRestorePoint" || base.kind === "diskRestorePoint")
  )
    throw new BlobError(
      { status: 409, code: "PreviousSnapshotOperationNotSupported" },
      "The operation on a previous snapshot is not supported for disk restore points.",
    );
  const full = [target, base].find(
    ({ id }) => world.state.snapshots[id.toLowerCase()]?.incremental === false,
  );
  if (full)
    throw new BlobError(
      { status: 409, code: "PreviousSnapshotOperationNotSupported" },
      "Full snapshots cannot be compared.",
    );
  if (base.familyId !== target.familyId)
    throw new BlobError(
      { status: 409, code: "BlobOverwritten" },
      "The blob has been recreated since the previous snapshot was taken.",
    );
  const crossed = (size: number): boolean => size > 4 * 1024 ** 4;
  if (crossed(base.sizeBytes) !== crossed(target.sizeBytes))
    throw new BlobError(
      { status: 409, code: "PreviousSnapshotOperationNotSupported" },
      "The disk was resized across 4 TiB in between.",
    );
  const runs = world.layers.changedRuns(base.layer, target.layer, request.window);
  if (runs === undefined || base.timeCreated > target.timeCreated)
    throw new BlobError(
      { status: 400, code: "PreviousSnapshotCannotBeNewer" },
      "The previous snapshot cannot be newer than the snapshot.",
    );
  return runs;
}

function baseOf(world: World, previousUrl: string): AccessTarget {
  const url = URL.parse(previousUrl);
  if (!url) throw authenticationFailed();
  const grant = world.sas.find(world.state, url, world.clock.now());
  if (!grant) throw authenticationFailed(world.sas.problem(world.state, url, world.clock.now()));
  const base = findTarget(world.state, grant.resourceId);
  if (!base)
    throw new BlobError(
      { status: 409, code: "PreviousSnapshotNotFound" },
      "The previous snapshot is not found.",
    );
  return base;
}

/** The XML of a page list. Its range ends are inclusive. */
export function pageListXml({ ranges, nextMarker }: PageList): string {
  const items = ranges.map(({ offset, length, state }) => {
    const name = state === ZERO ? "ClearRange" : "PageRange";
    return `<${name}><Start>${offset}</Start><End>${offset + length - 1}</End></${name}>`;
  });
  const marker = nextMarker === "" ? "<NextMarker/>" : `<NextMarker>${nextMarker}</NextMarker>`;
  return `<?xml version="1.0" encoding="utf-8"?><PageList>${items.join("")}${marker}</PageList>`;
}
