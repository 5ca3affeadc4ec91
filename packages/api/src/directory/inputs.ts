import { textLine } from "@kluis/domain";
import { z } from "zod";

/** The beginning of the name of a group. */
export const searchGroupsInput = z.strictObject({ search: textLine.min(1).max(100) });
