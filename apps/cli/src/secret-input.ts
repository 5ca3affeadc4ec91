/** Secrets come from a file, standard input or a variable: an argument would be visible to every user of the machine. */
import { readFile } from "node:fs/promises";
import type { Session } from "./command.ts";
import { UsageError } from "./failure.ts";
import { isSystemError } from "./file-errors.ts";

/** Longer than a certificate with its chain. */
const MOST_CHARACTERS = 16_384;

export interface SecretSource {
  /** A path, or `-` for standard input. */
  readonly secretFile?: string | undefined;
  /** The name of a variable. */
  readonly secretEnv?: string | undefined;
}

/** @throws UsageError when no source, or more than one, is named, or when it holds nothing */
export async function readSecret({ terminal }: Session, source: SecretSource): Promise<string> {
  const { secretFile: file, secretEnv: variable } = source;
  if ((file === undefined) === (variable === undefined))
    throw new UsageError(
      "The secret must come from one place.",
      "Use --secret-file with a path (or - for standard input), or --secret-env with the name of a variable.",
    );
  const secret = (await readFrom(terminal, { file, variable })).trim();
  if (secret.length > 0 && secret.length <= MOST_CHARACTERS) return secret;
  throw new UsageError(
    secret.length === 0 ? "The secret is empty." : "The secret is too long.",
    "Check what the file or the variable holds.",
  );
}

async function readFrom(
  terminal: Session["terminal"],
  { file, variable }: { readonly file: string | undefined; readonly variable: string | undefined },
): Promise<string> {
  if (variable !== undefined) return terminal.variable(variable) ?? "";
  if (file === undefined || file === "-") return terminal.input();
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT", "EACCES", "EPERM", "EISDIR", "ENOTDIR"))
      throw new UsageError(`${file} cannot be read.`, "Check the path and its permissions.");
    throw error;
  }
}
