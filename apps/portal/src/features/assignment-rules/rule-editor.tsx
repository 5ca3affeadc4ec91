"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { DryRun } from "#features/assignment-rules/dry-run.tsx";
import {
  conditionsOf,
  emptyForm,
  formOf,
  isNameRight,
  type RuleForm,
} from "#features/assignment-rules/rule-form.ts";
import { TagConditions } from "#features/assignment-rules/tag-conditions.tsx";
import type { PolicyRow, RuleView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { Choice, Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";
import { ErrorState } from "#ui/states.tsx";

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface RuleEditorProps {
  /** Null: a new one. */
  readonly rule: RuleView | null;
  /** The teams whose rules the user may write. */
  readonly teams: readonly Named[];
  /** All rules that the user sees. */
  readonly rules: readonly RuleView[];
  readonly policies: readonly PolicyRow[];
}

/** The editor of an assignment rule beside its dry run. */
export function RuleEditor(props: RuleEditorProps) {
  const { rule, policies } = props;
  const t = useTranslations("assignmentRules.editor");
  const [form, setForm] = useState<RuleForm>(() => startOf(props));
  const [tried, setTried] = useState(false);
  const patch = (change: Partial<RuleForm>) => setForm((before) => ({ ...before, ...change }));
  const disabled = rule?.can.edit === false;
  const conditions = conditionsOf(form);
  const save = useSave(rule);
  const position = form.position === "" ? {} : { position: Number(form.position) };
  const draft =
    conditions === null || form.policy === ""
      ? null
      : { team: form.team, policy: form.policy, conditions, ...position };
  return (
    <form
      noValidate
      className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,28rem)]"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (draft === null || !isNameRight(form.name)) {
          focusFirstProblem(event.currentTarget);
          return;
        }
        save.run({ ...draft, name: form.name.trim(), enabled: form.enabled });
      }}
    >
      <fieldset disabled={disabled} className="flex min-w-0 flex-col gap-4">
        {disabled ? <Alert title={t("readOnly")} /> : null}
        <Card>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("name")} error={tried && !isNameRight(form.name) ? t("nameWrong") : undefined}>
              <Input
                value={form.name}
                onChange={(event) => patch({ name: event.target.value })}
                autoComplete="off"
                spellCheck={false}
                required
              />
            </Field>
            <Placing {...props} form={form} patch={patch} disabled={disabled} />
          </div>
        </Card>
        <TagConditions tags={form.tags} tried={tried} onChange={(tags) => patch({ tags })} />
        <Card title={t("places")} id="places">
          <div className="grid gap-4 sm:grid-cols-3">
            <Field label={t("subscription")}>
              <Input
                value={form.subscriptionId}
                onChange={(event) => patch({ subscriptionId: event.target.value })}
                autoComplete="off"
              />
            </Field>
            <Field label={t("group")}>
              <Input
                value={form.resourceGroup}
                onChange={(event) => patch({ resourceGroup: event.target.value })}
                autoComplete="off"
              />
            </Field>
            <Field label={t("region")} hint={t("regionHint")}>
              <Input
                value={form.region}
                onChange={(event) => patch({ region: event.target.value })}
                autoComplete="off"
              />
            </Field>
          </div>
        </Card>
        <Card>
          <Choice
            label={t("state")}
            name="enabled"
            value={form.enabled ? "on" : "off"}
            onChange={(value) => patch({ enabled: value === "on" })}
            disabled={disabled}
            options={[
              { value: "on", label: t("states.on"), hint: t("hints.on") },
              { value: "off", label: t("states.off"), hint: t("hints.off") },
            ]}
          />
          <p className="mt-3 text-xs text-faint">{t("rights")}</p>
        </Card>
        {save.error === null ? null : <ErrorState error={save.error} />}
        {disabled ? null : (
          <div>
            <Button tone="primary" type="submit" busy={save.busy} disabled={policies.length === 0}>
              {t("save")}
            </Button>
          </div>
        )}
      </fieldset>
      <DryRun rule={rule?.id ?? null} draft={draft} />
    </form>
  );
}

function focusFirstProblem(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}

function startOf({ rule, teams, policies }: RuleEditorProps): RuleForm {
  if (rule !== null) return formOf(rule);
  const team = teams[0]?.id ?? "";
  return emptyForm(team, policiesOf(policies, team)[0]?.id ?? "");
}

/** The policies that a rule of the team may give. */
function policiesOf(policies: readonly PolicyRow[], team: string): readonly PolicyRow[] {
  return policies.filter((one) => one.retiredAt === null && (one.team === null || one.team.id === team));
}

interface PlacingProps extends RuleEditorProps {
  readonly form: RuleForm;
  readonly patch: (change: Partial<RuleForm>) => void;
  readonly disabled: boolean;
}

/** Whose rule it is, the policy that it gives, and its place in the order. */
function Placing({ rule, teams, rules, policies, form, patch, disabled }: PlacingProps) {
  const t = useTranslations("assignmentRules.editor");
  const offered = policiesOf(policies, form.team).map(({ id, name }) => ({ value: id, label: name }));
  // A retired policy of a saved rule stays visible.
  const options =
    rule === null || offered.some(({ value }) => value === rule.policy.id)
      ? offered
      : [...offered, { value: rule.policy.id, label: rule.policy.name }];
  const ofTeam = rules.filter(({ team }) => team.id === form.team).length;
  const places = rule === null ? ofTeam + 1 : Math.max(ofTeam, rule.position);
  const last = String(places);
  return (
    <>
      <Labeled label={t("team")} id="rule-team">
        {rule === null ? (
          <Select
            labelledBy="rule-team"
            value={form.team}
            options={teams.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(team) =>
              patch({ team, policy: policiesOf(policies, team)[0]?.id ?? "", position: "" })
            }
          />
        ) : (
          <span data-value className="flex h-8 items-center text-sm">
            {rule.team.name}
          </span>
        )}
      </Labeled>
      <Labeled label={t("policy")} id="rule-policy">
        {options.length === 0 ? (
          <span className="text-sm text-bad">{t("noPolicy")}</span>
        ) : (
          <Select
            labelledBy="rule-policy"
            value={form.policy}
            options={options}
            disabled={disabled}
            onChange={(policy) => patch({ policy })}
          />
        )}
      </Labeled>
      <Labeled label={t("position")} id="rule-position" hint={t("positionHint")}>
        <Select
          labelledBy="rule-position"
          value={form.position === "" ? last : form.position}
          options={Array.from({ length: places }, (_, at) => ({
            value: String(at + 1),
            label: String(at + 1),
          }))}
          disabled={disabled}
          onChange={(position) => patch({ position })}
        />
      </Labeled>
    </>
  );
}

function Labeled(props: {
  readonly label: string;
  readonly id: string;
  readonly hint?: string;
  readonly children: ReactNode;
}) {
  const { label, id, hint, children } = props;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span id={id} className="text-sm font-medium">
        {label}
      </span>
      {children}
      {hint === undefined ? null : <span className="text-xs text-faint">{hint}</span>}
    </div>
  );
}

interface Saving {
  readonly name: string;
  readonly team: string;
  readonly policy: string;
  readonly enabled: boolean;
  readonly conditions: NonNullable<ReturnType<typeof conditionsOf>>;
  readonly position?: number;
}

/** Creates or changes the rule, and returns to the list. */
function useSave(rule: RuleView | null) {
  const t = useTranslations("assignmentRules.editor");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  const create = useMutation(
    trpc.rules.create.mutationOptions({
      onSuccess: ({ name }) => {
        void outcome.done(t("created", { name }));
        router.push("/policies/rules");
      },
    }),
  );
  const update = useMutation(
    trpc.rules.update.mutationOptions({
      onSuccess: ({ name, version }) => {
        void outcome.done(t("saved", { name, version }));
        router.push("/policies/rules");
      },
    }),
  );
  return {
    busy: create.isPending || update.isPending,
    error: create.error ?? update.error,
    run: ({ team, ...saving }: Saving) => {
      if (rule === null) create.mutate({ ...saving, team });
      else update.mutate({ ...saving, rule: rule.id, expectedVersion: rule.version });
    },
  };
}
