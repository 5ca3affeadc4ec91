"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import { GroupPicker } from "#features/teams/group-picker.tsx";
import { useRefusalText } from "#features/teams/refusal-text.ts";
import type { TeamMembers } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { roleName } from "#lib/viewer.ts";
import { Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";

const holders = ["person", "group"] as const;

export interface AddMemberProps {
  readonly team: string | null;
  readonly place: string;
  readonly roles: TeamMembers["roles"];
  readonly onClose: () => void;
}

/** Gives a role to a user or a group. A role that the user cannot give says why; the server decides. */
export default function AddMemberDialog({ team, place, roles, onClose }: AddMemberProps) {
  const t = useTranslations("teams");
  const shell = useTranslations("shell");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const refusalOf = useRefusalText();
  const [kind, setKind] = useState<(typeof holders)[number]>("person");
  const [ref, setRef] = useState("");
  const [name, setName] = useState("");
  const options = roles.map((one) => {
    const hint = refusalOf(one.refusal);
    return {
      value: one.role ?? one.custom?.id ?? "",
      label: roleName(one, shell),
      ...(hint !== null && { hint }),
    };
  });
  const first = roles.findLast(({ refusal }) => refusal === null);
  const [role, setRole] = useState(first?.role ?? first?.custom?.id ?? options[0]?.value ?? "");
  const roleId = useId();
  const kindId = useId();
  const add = useMutation(
    trpc.teams.addMember.mutationOptions({
      onSuccess: async (member) => {
        onClose();
        const who = member.person?.name ?? member.group?.name ?? "";
        await outcome.done(t("added", { name: who, role: roleName(member, shell) }));
      },
    }),
  );
  const submit = () => {
    const value = ref.trim();
    if (value === "") return;
    const named = name.trim() === "" ? {} : { name: name.trim() };
    const holder =
      kind === "person" ? ({ kind, person: value } as const) : ({ kind, groupId: value, ...named } as const);
    add.mutate({ team, role, holder });
  };
  return (
    <FormDialog
      title={t("addTitle", { place })}
      submit={t("add")}
      busy={add.isPending}
      entered={ref !== ""}
      error={add.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <div className="flex flex-col gap-1">
        <span id={kindId} className="text-sm font-medium">
          {t("holderKind")}
        </span>
        <Select
          labelledBy={kindId}
          value={kind}
          options={holders.map((value) => ({ value, label: t(`holders.${value}`) }))}
          onChange={setKind}
        />
      </div>
      {kind === "person" ? (
        <Field label={t("username")}>
          <Input required value={ref} autoComplete="off" onChange={(event) => setRef(event.target.value)} />
        </Field>
      ) : (
        <>
          <GroupPicker
            value={{ id: ref, name }}
            onChange={(group) => {
              setRef(group.id);
              setName(group.name);
            }}
          />
          <Field label={t("groupName")}>
            <Input value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
          </Field>
        </>
      )}
      <div className="flex flex-col gap-1">
        <span id={roleId} className="text-sm font-medium">
          {t("role")}
        </span>
        <Select labelledBy={roleId} value={role} options={options} onChange={setRole} />
      </div>
    </FormDialog>
  );
}
