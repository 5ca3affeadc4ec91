import { locales } from "@kluis/domain";
import { z } from "zod";

export const localeInput = z.strictObject({ locale: z.enum(locales) });
