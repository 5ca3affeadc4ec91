import { textLine } from "@kluis/domain";
import { z } from "zod";
import { paging, search } from "../inputs.ts";

/** A user who has signed in, by id or user name. */
export const personRef = textLine.min(1).max(320);

export const listPeopleInput = z.strictObject({ search, ...paging }).prefault({});
export type ListPeopleInput = z.infer<typeof listPeopleInput>;
export const personInput = z.strictObject({ person: personRef });
export const disableInput = z.strictObject({ person: personRef, reason: textLine.min(3).max(200) });
export type DisableInput = z.infer<typeof disableInput>;
export const linkInput = z.strictObject({ person: personRef, other: personRef });
export type LinkInput = z.infer<typeof linkInput>;
export const sessionInput = z.strictObject({ session: z.uuid() });
export const personTokenInput = z.strictObject({ person: personRef, token: z.uuid() });
export type PersonTokenInput = z.infer<typeof personTokenInput>;
