/** The error of a VM that cannot be backed up as a whole. Its reason is the code of the rule in vm-suitability.ts. */
import { KluisError } from "../errors/errors.ts";
import type { VmRefusalCode } from "./vm-suitability.ts";
import { suitabilityTexts } from "./vm-suitability-texts.ts";

export function vmRefusal(
  vm: { readonly name: string; readonly size: string },
  reason: VmRefusalCode,
): KluisError {
  const { text, action } = suitabilityTexts[reason];
  return new KluisError("DISK_NOT_SUPPORTED", {
    reason,
    message: `VM ${vm.name} cannot be backed up. ${text}`,
    action,
    params: { vm: vm.name, size: vm.size },
  });
}
