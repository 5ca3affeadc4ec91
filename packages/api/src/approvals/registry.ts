/** Every kind of operation that can need a second person. */
import type { StoredApproval } from "@kluis/db";
import { moveOperation, stopOperation } from "@kluis/db/actions";
import { type ApprovalKind, type ChangeKind, isChangeKind } from "@kluis/domain";
import { bindChange } from "../configuration/operation.ts";
import { unpinOperation } from "../points/pins.ts";
import { deletePointsOperation } from "../points/removal.ts";
import { updatePolicyOperation } from "../policies/update.ts";
import { type BoundOperation, bind } from "./operation.ts";

const operations: Readonly<Record<Exclude<ApprovalKind, ChangeKind>, (stored: unknown) => BoundOperation>> = {
  "points.delete": (stored) => bind(deletePointsOperation, stored),
  "points.unpin": (stored) => bind(unpinOperation, stored),
  "protection.stop": (stored) => bind(stopOperation, stored),
  "protection.set": (stored) => bind(moveOperation, stored),
  "policies.update": (stored) => bind(updatePolicyOperation, stored),
};

/** The operation of a request, with its input. */
export function bindOperation(request: StoredApproval): BoundOperation {
  const { kind, input } = request;
  return isChangeKind(kind) ? bindChange(kind, request) : operations[kind](input);
}
