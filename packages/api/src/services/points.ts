import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { listPointsInput } from "../routers/points/list-points.ts";
import type { Page, PointRow, PointView } from "../views/index.ts";
export function listPoints(
  _ctx: SignedInContext,
  _input: z.infer<typeof listPointsInput>,
): Promise<Page<PointRow>> {
  return pending();
}
export function getPoint(_ctx: SignedInContext, _point: string): Promise<PointView> {
  return pending();
}
export function verifyPoint(
  _ctx: SignedInContext,
  _input: { point: string; mode: "quick" | "full" },
): Promise<{ readonly jobId: string; readonly pointId: string }> {
  return pending();
}
export function deletePoint(
  _ctx: SignedInContext,
  _input: { point: string; reason: string },
): Promise<{ readonly jobId: string; readonly pointId: string }> {
  return pending();
}
