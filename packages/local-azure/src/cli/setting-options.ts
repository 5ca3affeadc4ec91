/** Settings on the command line: `budgets=off restorePointsPerVmPerHour=60`. */
import { LocalAzureError } from "../errors.ts";
import { type Settings, settingsSchema } from "../state/model.ts";

const names = Object.keys(settingsSchema.shape);

/** The settings that the arguments name. The server checks their values. @throws LocalAzureError `USAGE` */
export function settingsPatch(args: readonly string[]): Partial<Settings> {
  const given = args.map((arg) => {
    const [, name = "", value = ""] = /^(\w+)=(.+)$/.exec(arg) ?? [];
    if (names.includes(name)) return [name, valueOf(value)] as const;
    throw new LocalAzureError("USAGE", `'${arg}' is not a setting`, {
      action: `Use NAME=VALUE with one of: ${names.join(", ")}.`,
    });
  });
  const parsed = settingsSchema.partial().safeParse(Object.fromEntries(given));
  if (parsed.success) return Object.fromEntries(given);
  const [issue] = parsed.error.issues;
  throw new LocalAzureError("USAGE", `${issue?.path.join(".")}: ${issue?.message}`);
}

function valueOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** One setting a line. */
export function settingsText(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join("\n");
}
