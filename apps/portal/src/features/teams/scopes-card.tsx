"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import type { TeamView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

/** What a scope says in words; an explanation knows no names of subscriptions. */
type Scope = Omit<TeamView["scopes"][number], "id" | "subscriptionName"> & {
  readonly subscriptionName?: string | null;
};

/** A scope in words. */
export function useScopeText() {
  const t = useTranslations("teams");
  return ({ kind, subscriptionId, subscriptionName, resourceGroup, tagName, tagValue }: Scope): string =>
    t(`scope.${kind}`, {
      subscription: subscriptionName ?? subscriptionId ?? "",
      group: resourceGroup ?? "",
      name: tagName ?? "",
      value: tagValue ?? "",
    });
}

/** The scopes of a team. Owners change them, after they have seen which VMs come and go. */
export function ScopesCard({ team }: { team: TeamView }) {
  const t = useTranslations("teams");
  const ui = useTranslations("ui");
  const text = useScopeText();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);
  const refusal = team.canScope ? null : ui("notAllowed");
  return (
    <Card
      id="scopes"
      title={t("scopes")}
      description={t("scopesLead")}
      flush={team.scopes.length > 0}
      actions={
        <Button icon={<Plus aria-hidden="true" />} disabledReason={refusal} onClick={() => setAdding(true)}>
          {t("addScope")}
        </Button>
      }
    >
      {team.scopes.length === 0 ? (
        <p className="text-muted">{t("noScopes")}</p>
      ) : (
        <ul className="divide-y divide-line">
          {team.scopes.map((scope) => (
            <li key={scope.id} className="flex items-center justify-between gap-x-6 gap-y-2 px-4 py-2.5">
              <span data-value className="min-w-0 wrap-anywhere">
                {text(scope)}
                {scope.subscriptionName === null ? null : (
                  <span className="block font-mono text-xs text-muted">{scope.subscriptionId}</span>
                )}
              </span>
              {team.canScope ? (
                <Button
                  size="sm"
                  aria-label={`${t("removeScope")}: ${text(scope)}`}
                  onClick={() => setRemoving(scope.id)}
                >
                  {t("remove")}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {adding ? <AddScopeDialog team={team} onClose={() => setAdding(false)} /> : null}
      {removing === null ? null : (
        <RemoveScopeDialog team={team} scope={removing} onClose={() => setRemoving(null)} />
      )}
    </Card>
  );
}

const kinds = ["resource-group", "subscription", "tag"] as const;

function AddScopeDialog({ team, onClose }: { team: TeamView; onClose: () => void }) {
  const t = useTranslations("teams");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const kindId = useId();
  const [kind, setKind] = useState<(typeof kinds)[number]>("resource-group");
  const [form, setForm] = useState({ subscriptionId: "", resourceGroup: "", tagName: "", tagValue: "" });
  const [asked, setAsked] = useState<ReturnType<typeof scopeOf> | null>(null);
  const field = (name: keyof typeof form) => (
    <Field label={t(`fields.${name}`)}>
      <Input
        value={form[name]}
        autoComplete="off"
        onChange={(event) => {
          setAsked(null);
          setForm({ ...form, [name]: event.target.value });
        }}
      />
    </Field>
  );
  const preview = useQuery(
    trpc.teams.previewScopes.queryOptions(
      { team: team.id, ...(asked !== null && { add: asked }) },
      { enabled: asked !== null },
    ),
  );
  const add = useMutation(
    trpc.teams.addScope.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("scopeAdded", { team: team.name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("addScopeTitle", { team: team.name })}
      submit={asked === null ? t("preview") : t("addScope")}
      busy={add.isPending || preview.isLoading}
      entered={Object.values(form).some((text) => text !== "")}
      error={add.error ?? preview.error}
      onClose={onClose}
      onSubmit={() => {
        if (asked === null) setAsked(scopeOf(kind, form));
        else if (preview.data !== undefined) add.mutate({ team: team.id, scope: asked });
      }}
    >
      <div className="flex flex-col gap-1">
        <span id={kindId} className="text-sm font-medium">
          {t("scopeKind")}
        </span>
        <Select
          labelledBy={kindId}
          value={kind}
          options={kinds.map((value) => ({ value, label: t(`kinds.${value}`) }))}
          onChange={(value) => {
            setAsked(null);
            setKind(value);
          }}
        />
      </div>
      {kind === "tag" ? (
        <>
          {field("tagName")}
          {field("tagValue")}
          <Alert tone="warn" title={t("tagRisk")} />
        </>
      ) : (
        field("subscriptionId")
      )}
      {kind === "resource-group" ? field("resourceGroup") : null}
      {asked === null || preview.data === undefined ? null : (
        <div aria-live="polite">
          <p className="font-medium">{t("comes", { count: preview.data.comes.count })}</p>
          <ul className="text-sm text-muted">
            {preview.data.comes.vms.map((vm) => (
              <li key={vm.id} data-value>
                {vm.name} · {vm.resourceGroup}
              </li>
            ))}
          </ul>
        </div>
      )}
    </FormDialog>
  );
}

function scopeOf(
  kind: (typeof kinds)[number],
  form: Readonly<Record<"subscriptionId" | "resourceGroup" | "tagName" | "tagValue", string>>,
) {
  const subscriptionId = form.subscriptionId.trim();
  if (kind === "subscription") return { kind, subscriptionId };
  if (kind === "tag") return { kind, tagName: form.tagName.trim(), tagValue: form.tagValue.trim() };
  return { kind, subscriptionId, resourceGroup: form.resourceGroup.trim() };
}

function RemoveScopeDialog({ team, scope, onClose }: { team: TeamView; scope: string; onClose: () => void }) {
  const t = useTranslations("teams");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const preview = useQuery(trpc.teams.previewScopes.queryOptions({ team: team.id, remove: scope }));
  const remove = useMutation(
    trpc.teams.removeScope.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("scopeRemoved"));
      },
    }),
  );
  const error = remove.error ?? preview.error;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("removeScopeTitle")}
      description={
        preview.data === undefined ? (
          <SkeletonLines lines={2} />
        ) : (
          t("goes", { count: preview.data.goes.count, bound: preview.data.goes.bound })
        )
      }
      action={t("removeScope")}
      busy={remove.isPending || preview.data === undefined}
      error={error === null ? undefined : <ErrorState compact error={error} />}
      onConfirm={() => remove.mutate({ team: team.id, scope })}
    />
  );
}
