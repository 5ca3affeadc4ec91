import { z } from "zod";
import { vmRef } from "../inputs.ts";

export const startBackupInput = z.strictObject({ vm: vmRef });
