/** JSON objects of a vault: canonical when written, and read with the name of the object in the error. */
import { canonicalJson } from "@kluis/domain/core";
import { damaged } from "../errors.ts";

/** @throws KluisError VAULT_DATA_DAMAGED naming the object */
export function parseJson(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw damaged(name, "it is not JSON", error);
  }
}

export function jsonBytes(value: object): Buffer {
  return Buffer.from(`${canonicalJson(value)}\n`, "utf8");
}
