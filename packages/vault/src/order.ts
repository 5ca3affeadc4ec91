/** The order of the points of one machine, whatever the clocks of the machines that wrote them showed. */
import { randomBytes } from "node:crypto";
import { uuidv7, uuidv7Time } from "@kluis/domain/core";
import type { Manifest } from "./manifest.ts";

export interface OrderedPoint {
  readonly pointId: string;
  readonly manifest: Pick<Manifest, "previous" | "times">;
}

/**
 * The newest of the points of one machine; null when there is none. A point comes after the one that its manifest calls the
 * previous one, and ids ascend ({@link nextPointId}), so that the order holds also when a point between two others was deleted.
 * The times of the manifests decide only where both say nothing.
 */
export function newestOf<T extends OrderedPoint>(points: readonly T[]): T | null {
  const byId = new Map(points.map((point) => [point.pointId, point]));
  const orders = new Map<string, number>();
  let newest: T | null = null;
  for (const point of points) {
    const order = orderOf(point, { byId, orders });
    const most = newest === null ? Number.NEGATIVE_INFINITY : (orders.get(newest.pointId) ?? 0);
    if (newest === null || order > most || (order === most && point.pointId > newest.pointId)) newest = point;
  }
  return newest;
}

function orderOf<T extends OrderedPoint>(
  point: T,
  { byId, orders }: { readonly byId: ReadonlyMap<string, T>; readonly orders: Map<string, number> },
): number {
  const chain = new Map<string, T>();
  let at: T | undefined = point;
  while (at !== undefined && !orders.has(at.pointId) && !chain.has(at.pointId)) {
    chain.set(at.pointId, at);
    at = byId.get(at.manifest.previous?.pointId ?? "");
  }
  let order = at === undefined ? Number.NEGATIVE_INFINITY : (orders.get(at.pointId) ?? 0);
  for (const one of [...chain.values()].toReversed()) {
    order = Math.max(timeOf(one), order + 1);
    orders.set(one.pointId, order);
  }
  return order;
}

function timeOf({ pointId, manifest }: OrderedPoint): number {
  return Math.max(Date.parse(manifest.times.takenAt), uuidv7Time(pointId)?.getTime() ?? 0);
}

/** A new point's id: it sorts after the ids of all points of its machine, also when a clock was ahead when they were written. */
export function nextPointId(points: readonly Pick<OrderedPoint, "pointId">[], now: Date): string {
  const times = points.map(({ pointId }) => uuidv7Time(pointId)?.getTime() ?? 0);
  const after = times.reduce((most, time) => Math.max(most, time + 1), now.getTime());
  return uuidv7(new Date(after), randomBytes(10));
}
