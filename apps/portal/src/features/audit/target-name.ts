import { jobKinds } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";
import type { AuditRow } from "#lib/api-types.ts";
import type { Format } from "#lib/format.ts";

export interface TargetWords {
  readonly audit: Texts<"audit">;
  readonly jobs: Texts<"jobs">;
  readonly format: Format;
}

const jobPattern = new RegExp(`^(${jobKinds.join("|")}) of (.+)$`, "u");
const restorePattern = /^restore of (.+) to (.+)$/u;

/**
 * The object of an event in the language of the page. The ledger stores its name in English, such as `backup of web-01`, with
 * instants in ISO 8601. Names of another form are shown as stored.
 */
export function targetName({ type, name }: AuditRow["target"], words: TargetWords): string {
  if (type === "job") return jobName(name, words);
  if (type === "ledger") return words.audit("ledger");
  if (type === "report") return words.audit("report");
  return words.format.instants(name);
}

/** Whether the name is data in any language, such as the name of a VM. */
export function isStoredName(type: string): boolean {
  return !["job", "ledger", "report"].includes(type);
}

function jobName(name: string, { audit, jobs }: TargetWords): string {
  const [, disk, target] = restorePattern.exec(name) ?? [];
  if (disk !== undefined && target !== undefined) return audit("restoreOf", { disk, target });
  const [, kind, vm] = jobPattern.exec(name) ?? [];
  const known = jobKinds.find((one) => one === kind);
  return known === undefined || vm === undefined ? name : jobs(`titles.${known}`, { vm });
}
