/** The form of an assignment rule as fields, and back. */
import { type RuleConditions, ruleConditionsSchema, ruleNameSchema } from "@kluis/domain";
import type { RuleView } from "#lib/api-types.ts";

export interface TagFields {
  /** Tells rows of the form apart. */
  readonly key: number;
  readonly name: string;
  /** One value per line. */
  readonly values: string;
}

export interface RuleForm {
  readonly name: string;
  readonly team: string;
  readonly policy: string;
  readonly enabled: boolean;
  /** Empty: the last. */
  readonly position: string;
  readonly tags: readonly TagFields[];
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly region: string;
}

export function emptyForm(team: string, policy: string): RuleForm {
  return {
    name: "",
    team,
    policy,
    enabled: true,
    position: "",
    tags: [{ key: 0, name: "", values: "" }],
    subscriptionId: "",
    resourceGroup: "",
    region: "",
  };
}

export function formOf({ name, team, policy, enabled, position, conditions }: RuleView): RuleForm {
  const { tags, subscriptionId = "", resourceGroup = "", region = "" } = conditions;
  return {
    name,
    team: team.id,
    policy: policy.id,
    enabled,
    position: String(position),
    tags: tags.map((tag, key) => ({ key, name: tag.name, values: tag.values.join("\n") })),
    subscriptionId,
    resourceGroup,
    region,
  };
}

/** Null while a field is wrong. */
export function conditionsOf(form: RuleForm): RuleConditions | null {
  const text = (value: string): string | undefined => (value.trim() === "" ? undefined : value.trim());
  const parsed = ruleConditionsSchema.safeParse({
    tags: form.tags.map(({ name, values }) => ({
      name,
      values: [...new Set(values.split("\n").map((line) => line.trim()))].filter((line) => line !== ""),
    })),
    subscriptionId: text(form.subscriptionId),
    resourceGroup: text(form.resourceGroup),
    region: text(form.region),
  });
  return parsed.success ? parsed.data : null;
}

export function isNameRight(name: string): boolean {
  return ruleNameSchema.safeParse(name).success;
}

export function nextKey(tags: readonly TagFields[]): number {
  return Math.max(-1, ...tags.map(({ key }) => key)) + 1;
}
