import { KluisError, storableJson } from "@kluis/domain";
import type { z } from "zod";
import { Prisma } from "../generated/client.ts";

/**
 * A value for a JSON column: exactly what the database will give back.
 * @throws TypeError for what JSON cannot hold (Date, bigint, NaN, …)
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
 * @throws KluisError INTERNAL naming the column: the row was not written by this version
 */
export function fromJson<S extends z.ZodType>(schema: S, value: unknown, column: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new KluisError("INTERNAL", {
    message: `The database holds something unexpected in ${column}.`,
    params: { column },
    cause: parsed.error,
  });
}
