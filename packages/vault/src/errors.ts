import { KluisError } from "@kluis/domain";

/** An object of the vault does not hold what it must. `object` is its name in the store. */
export function damaged(object: string, what: string, cause?: unknown): KluisError {
  return new KluisError("VAULT_DATA_DAMAGED", {
    message: `The vault's object ${object} is damaged: ${what}.`,
    action: "Verify the recovery points of this vault; points that do not need this object are not affected.",
    params: { object },
    cause,
  });
}

export function missing(object: string, store: string): KluisError {
  return new KluisError("VAULT_OBJECT_MISSING", {
    message: `The vault's object ${object} is missing in ${store}.`,
    action: "Check whether somebody deleted it outside Kluis; a soft-deleted blob can be undeleted.",
    params: { object },
  });
}

export function alreadyExists(object: string): KluisError {
  return new KluisError("VAULT_OBJECT_EXISTS", {
    message: `The vault has an object ${object} already, with other content.`,
    action: "Nothing was overwritten; look which installation writes to this vault.",
    params: { object },
  });
}

/** The object that an error names, or an empty string. */
export function objectOf(error: KluisError): string {
  const name = error.params["object"];
  return typeof name === "string" ? name : "";
}

/** A caller's mistake, not the vault's. */
export function invalid(message: string): KluisError {
  return new KluisError("INPUT_INVALID", { message });
}
