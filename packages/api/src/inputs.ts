import { textLine } from "@kluis/domain";
import { z } from "zod";

/** Inputs of every paged list; pages count from 1. */
export const paging = {
  page: z.int().min(1).max(100_000).default(1),
  pageSize: z.int().min(1).max(200).default(50),
};

/** A VM by id, by name, or by `resource-group/name` if its name is not unique. */
export const vmRef = textLine.min(1).max(260);
/** A policy by id or name. */
export const policyRef = textLine.min(1).max(100);
/** A recovery point by id, by a unique prefix of its id, or `VM@latest`. */
export const pointRef = textLine.min(1).max(300);
/** A job by id or by a unique prefix of its id. A malformed id is NOT_FOUND. */
export const jobRef = textLine.min(1).max(40);
/** What every part of Kluis can store and show. */
const EARLIEST = new Date(0);
const LATEST = new Date("9999-01-01T00:00:00Z");

/** An instant as ISO 8601, or a day `YYYY-MM-DD` (midnight UTC). */
export const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => new Date(text))
  .refine((at) => at >= EARLIEST && at < LATEST, "Use a time from 1970 to 9998.");
export const search = textLine.max(200).optional();
