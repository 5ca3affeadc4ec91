import { z } from "zod";

/**
 * One line of text that a person or a script enters. Control characters (NUL, line breaks, escape sequences) and halves of
 * surrogate pairs are refused: databases cannot store some, and others start a row in a report or a line in a log.
 */
export const textLine = z.string().trim().refine(isPlain, "Use one line of text without control characters.");

function isPlain(text: string): boolean {
  return text.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(text);
}

/** The same in several lines, for descriptions. Reasons have one line, because reports have a row for each. */
export const textLines = z
  .string()
  .trim()
  .refine((text) => isPlain(text.replace(/[\t\n\r]/g, "")), "Leave out control characters.");

/** Whether PostgreSQL can store every text in this JSON value: no NUL, no half of a surrogate pair. */
export function isStorable(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, held]) => isStorable(key) && isStorable(held));
}
