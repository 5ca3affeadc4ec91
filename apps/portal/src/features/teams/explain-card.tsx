"use client";
import { type Permission, permissions } from "@kluis/domain";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { useScopeText } from "#features/teams/scopes-card.tsx";
import type { AccessAnswer } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { roleName } from "#lib/viewer.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";
import { ErrorState } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";

interface Question {
  readonly person?: string;
  readonly permission: Permission;
  readonly vm?: string;
  readonly team?: string;
}

/** Asks why a user may or may not do something, in this team or on a VM. */
export function ExplainCard({ team }: { team: string }) {
  const t = useTranslations("teams");
  const settings = useTranslations("settings");
  const trpc = useTRPC();
  const actionId = useId();
  const [person, setPerson] = useState("");
  const [vm, setVm] = useState("");
  const [permission, setPermission] = useState<Permission>("backup:run");
  const [question, setQuestion] = useState<Question | null>(null);
  const answer = useQuery(
    trpc.access.explain.queryOptions(question ?? { permission }, { enabled: question !== null }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const who = person.trim() === "" ? {} : { person: person.trim() };
    const place = vm.trim() === "" ? { team } : { vm: vm.trim() };
    setQuestion({ permission, ...who, ...place });
  };
  return (
    <Card id="explain" title={t("explain")} description={t("explainLead")}>
      <form className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-4" noValidate onSubmit={submit}>
        <Field label={t("who")} hint={t("whoHint")}>
          <Input value={person} autoComplete="off" onChange={(event) => setPerson(event.target.value)} />
        </Field>
        <div className="flex min-w-0 flex-col gap-1">
          <span id={actionId} className="text-sm font-medium">
            {t("action")}
          </span>
          <Select
            labelledBy={actionId}
            value={permission}
            options={permissions.map((value) => ({ value, label: settings(`permissions.${value}`) }))}
            onChange={setPermission}
          />
        </div>
        <Field label={t("vm")} hint={t("vmHint")}>
          <Input value={vm} autoComplete="off" onChange={(event) => setVm(event.target.value)} />
        </Field>
        <Button type="submit" className="self-start sm:mt-6" busy={question !== null && answer.isFetching}>
          {t("ask")}
        </Button>
      </form>
      <div aria-live="polite" className="mt-4 empty:mt-0">
        {question === null ? null : answer.error !== null ? (
          <ErrorState compact error={answer.error} />
        ) : answer.data === undefined ? null : (
          <Answer answer={answer.data} />
        )}
      </div>
    </Card>
  );
}

function Answer({ answer }: { answer: AccessAnswer }) {
  const t = useTranslations("teams");
  const shell = useTranslations("shell");
  const scopeText = useScopeText();
  const { allowed, reason, roles, grantors, hiddenRoles, person } = answer;
  return (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-2 font-medium">
        <Status tone={allowed ? "ok" : "bad"} icon={allowed ? "check" : "cross"}>
          {t(allowed ? "may" : "mayNot", { name: person.name })}
        </Status>
      </p>
      <p>{t(`reasons.${reason}`)}</p>
      <ul className="text-sm text-muted">
        {roles.map((held) => (
          <li key={`${held.role ?? held.custom?.id}-${held.team?.id ?? ""}-${held.group?.id ?? ""}`}>
            <span className="font-medium text-ink">
              {t("roleIn", {
                role: roleName(held, shell),
                place: held.team?.name ?? shell("wholeOrganization"),
              })}
            </span>{" "}
            {held.group === null ? null : t("byGroup", { group: held.group.name })}{" "}
            {t(`verdicts.${held.verdict}`)}
            {held.scope === null ? null : ` (${scopeText(held.scope)})`}
          </li>
        ))}
        {hiddenRoles === 0 ? null : <li>{t("hidden", { count: hiddenRoles })}</li>}
      </ul>
      {grantors.length === 0 ? null : (
        <div>
          <p className="eyebrow">{t("grantors")}</p>
          <ul className="text-sm text-muted">
            {grantors.map((one) => (
              <li key={`${one.name}-${one.team?.id ?? ""}`} data-value>
                {one.name} · {one.team?.name ?? shell("wholeOrganization")}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
