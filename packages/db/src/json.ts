import { KluisError, storableJson } from "@kluis/domain";
import type { z } from "zod";
import { Prisma } from "../generated/client.ts";

/**
 * Returns a value for a JSON column, equal to what a later read returns.
 * @throws TypeError for values that JSON cannot hold (Date, bigint, NaN, …)
 */
export function toJson(value: object): Prisma.InputJsonValue {
  const stored = storableJson(value);
  if (!isJson(stored) || stored === null) throw new TypeError("Only plain JSON can be stored.");
  return stored;
}

/** A value for a nullable JSON column: SQL NULL for null. */
export function toJsonOrNull(value: object | null): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null ? Prisma.DbNull : toJson(value);
}

function isJson(value: unknown): value is Prisma.InputJsonValue | null {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object") return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}

/**
 * Reads a JSON column.
 * @throws KluisError INTERNAL with the column, for a row that this version did not write
 */
export function fromJson<S extends z.ZodType>(schema: S, value: unknown, column: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new KluisError("INTERNAL", {
    message: `The database has an unexpected value in ${column}.`,
    params: { column },
    cause: parsed.error,
  });
}
