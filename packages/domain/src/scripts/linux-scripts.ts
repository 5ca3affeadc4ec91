/** Pre and post scripts of Linux guests, as a policy says them. */
import { z } from "zod";

/** Bytes of a script in UTF-8. Both together must fit into one run command. */
export const scriptBytesMost = 16 * 1024;
const PARAMETERS_MOST = 16;
const PARAMETER_CHARACTERS_MOST = 256;
/** Azure's script framework allows no more. */
export const scriptSecondsMost = 1_800;
const RETRIES_MOST = 5;

/** A shell reads a line end of Windows as part of the line, and a file with a NUL as binary. */
const scriptTextSchema = z
  .string()
  .refine((text) => text.trim() !== "", "Give the text of the script.")
  .refine((text) => !text.includes("\0"), "A script has no NUL characters.")
  .refine((text) => !text.includes("\r"), "Use LF line ends, not CRLF.")
  .refine((text) => new TextEncoder().encode(text).length <= scriptBytesMost, "A script has at most 16 KiB.");

const parametersSchema = z
  .array(
    z
      .string()
      .max(PARAMETER_CHARACTERS_MOST)
      .refine((text) => !/[\0\r\n]/.test(text), "A parameter is one line."),
  )
  .max(PARAMETERS_MOST);

const scriptSchema = z.strictObject({
  text: scriptTextSchema,
  parameters: parametersSchema,
  /** Further tries of a script that fails. */
  retries: z.int().min(0).max(RETRIES_MOST),
});
export type LinuxScript = z.infer<typeof scriptSchema>;

/** Where the scripts of a policy's Linux VMs come from. Missing: no scripts, and Linux is file-consistent. */
export const linuxScriptsSchema = z.discriminatedUnion("from", [
  /** The owner of each VM keeps scripts and configuration in the guest. Kluis checks them, and changes nothing. */
  z.strictObject({ from: z.literal("guest") }),
  /** Kluis places these in every Linux VM of the policy. They run as root. */
  z.strictObject({
    from: z.literal("policy"),
    pre: scriptSchema,
    post: scriptSchema,
    /** For each script with its retries. */
    timeoutSeconds: z.int().min(1).max(scriptSecondsMost),
    /** When a script fails: true takes a file-consistent snapshot; false takes none with the guest. */
    continueOnFailure: z.boolean(),
    /** Freeze the file systems between both scripts. */
    fsFreeze: z.boolean(),
  }),
]);
export type LinuxScripts = z.infer<typeof linuxScriptsSchema>;
export type PlacedScripts = Extract<LinuxScripts, { from: "policy" }>;

export const scriptNames = ["pre", "post"] as const;
export type ScriptName = (typeof scriptNames)[number];
