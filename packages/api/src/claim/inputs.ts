import { textLine } from "@kluis/domain";
import { z } from "zod";

export const claimInput = z.strictObject({ code: textLine.min(1).max(60) });
