/** Azure's own text of an error, for notices that quote it. */
import type { KluisError } from "@kluis/domain";

export function azureMessageOf(error: KluisError): string {
  const text = error.params["azureMessage"];
  return typeof text === "string" && text !== "" ? text : error.message;
}
