"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { useTRPC } from "#lib/trpc.tsx";
import { Field, Input } from "#ui/field.tsx";
import { ErrorState } from "#ui/states.tsx";

/** A group by its object id, with its name as far as it is known. */
export interface PickedGroup {
  readonly id: string;
  readonly name: string;
}

export interface GroupPickerProps {
  readonly value: PickedGroup;
  readonly onChange: (group: PickedGroup) => void;
}

/** Chooses a group of the directory by the beginning of its name, or by its object id when the directory does not answer. */
export function GroupPicker({ value, onChange }: GroupPickerProps) {
  const t = useTranslations("teams");
  const trpc = useTRPC();
  const [text, setText] = useState("");
  const search = useDeferredValue(text.trim());
  const found = useQuery(
    trpc.directory.groups.queryOptions({ search }, { enabled: search.length >= 2, retry: false }),
  );
  const isOff = found.data?.isOn === false;
  const groups = found.data?.groups ?? [];
  return (
    <>
      {isOff ? null : (
        <Field label={t("groupSearch")} hint={t("groupSearchHint")}>
          <Input value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
        </Field>
      )}
      {found.error === null ? null : <ErrorState compact error={found.error} />}
      {search.length < 2 || isOff || !found.isSuccess ? null : groups.length === 0 ? (
        <p className="text-sm text-muted">{t("groupNone")}</p>
      ) : (
        <ul
          aria-label={t("groupFound")}
          className="max-h-48 divide-y divide-line overflow-y-auto rounded-md border border-line"
        >
          {groups.map((group) => (
            <li key={group.id}>
              <button
                type="button"
                aria-pressed={group.id === value.id}
                className="flex w-full flex-wrap items-baseline justify-between gap-x-3 px-3 py-1.5 text-left text-sm hover:bg-sunken aria-pressed:bg-accent-soft"
                onClick={() => onChange(group)}
              >
                <span data-value className="font-medium">
                  {group.name}
                </span>
                <code className="font-mono text-xs text-muted">{group.id}</code>
              </button>
            </li>
          ))}
        </ul>
      )}
      <Field label={t("groupId")}>
        <Input
          required
          value={value.id}
          autoComplete="off"
          onChange={(event) => onChange({ id: event.target.value, name: "" })}
        />
      </Field>
    </>
  );
}
