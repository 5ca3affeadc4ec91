/** A VM that Azure does not have any more. */
import { KluisError } from "@kluis/domain";

export function goneFromAzure({ name }: { readonly name: string }): KluisError {
  return new KluisError("VM_NOT_FOUND", {
    reason: "gone",
    message: `VM ${name} no longer exists in Azure.`,
    action: "Stop its protection. Its recovery points are kept.",
    params: { vm: name },
  });
}
