/** The errors of keys and slots. */
import { KluisError } from "@kluis/domain/core";

/** No slot is for the key `found`. `where` names the vault. */
export function noKeyFits(params: {
  readonly wanted: string;
  readonly found: string;
  readonly where: string;
}): KluisError {
  return new KluisError("VAULT_KEY_WRONG", {
    message: `The key ${params.found} does not open ${params.where}. Its keys are: ${params.wanted}.`,
    action: "Use a key file, recovery key or shares of this vault.",
    params,
  });
}
