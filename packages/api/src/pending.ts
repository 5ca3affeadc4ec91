import { KluisError } from "@kluis/domain";
export function pending(): never {
  throw new KluisError("INTERNAL", { message: "Being written." });
}
