/** Errors of the disk provider with the sentences that Azure uses. */
import { ArmError } from "../errors.ts";
import { nameOf } from "../ids.ts";

/** 404 for a resource that a body names. Azure says the same of one in another region. */
export function notFound(id: string): ArmError {
  return new ArmError({ status: 404, code: "NotFound" }, `Resource ${nameOf(id)} is not found.`);
}

export function conflictingInput(message: string): ArmError {
  return new ArmError({ status: 409, code: "ConflictingUserInput" }, message);
}

/** 400 for a parameter that does not fit the rest of the body. */
export function notAllowed(parameter: string): ArmError {
  return new ArmError({ status: 400, code: "InvalidParameter" }, `Parameter '${parameter}' is not allowed.`, {
    target: parameter,
  });
}

/** 409 for deleting, attaching or changing what an access URL is open for. */
export function accessOpen(kind: string, name: string): ArmError {
  return new ArmError(
    { status: 409, code: "OperationNotAllowed" },
    `There is an active shared access signature outstanding for ${kind} ${name}. Call EndGetAccess before attaching or deleting the disk. Learn more here: aka.ms/revokeaccessapi.`,
  );
}
