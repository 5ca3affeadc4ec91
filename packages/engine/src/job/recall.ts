/** What earlier steps of a job have stored. */
import { KluisError } from "@kluis/domain";

/** Returns a part of the memory that an earlier step has stored. @throws KluisError INTERNAL */
export function recall<Memory extends object, Key extends keyof Memory & string>(
  memory: Memory,
  key: Key,
): NonNullable<Memory[Key]> {
  const value = memory[key];
  if (value !== undefined && value !== null) return value;
  throw new KluisError("INTERNAL", { message: `The job's memory has no "${key}".`, params: { key } });
}
