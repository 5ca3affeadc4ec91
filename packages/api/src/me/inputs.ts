import { locales } from "@kluis/domain";
import { z } from "zod";

export const mySessionInput = z.strictObject({ session: z.uuid() });

export const localeInput = z.strictObject({ locale: z.enum(locales) });
