"use client";
import { useTranslations } from "next-intl";
import type { VaultCredentialsForm, VaultProblems } from "#features/settings/vaults/form.ts";
import { Field, Input } from "#ui/field.tsx";

const words = {
  connectionString: { label: "connection", hint: "connectionHint" },
  collector: { label: "collector", hint: "collectorHint" },
  reader: { label: "reader", hint: "readerHint" },
} as const satisfies Record<keyof VaultCredentialsForm, unknown>;
const keys = ["connectionString", "collector", "reader"] as const;

/** The connection strings of a vault: one, and two of identities with fewer rights. */
export function CredentialFields(props: {
  readonly form: VaultCredentialsForm;
  readonly problems: VaultProblems;
  readonly onChange: (change: Partial<VaultCredentialsForm>) => void;
}) {
  const t = useTranslations("vaults.form");
  return keys.map((key) => {
    const problem = props.problems[key];
    return (
      <Field
        key={key}
        label={t(words[key].label)}
        hint={t(words[key].hint)}
        error={problem === undefined ? undefined : t(problem)}
      >
        <Input
          type="password"
          value={props.form[key]}
          autoComplete="off"
          onValueChange={(value: string) => props.onChange({ [key]: value })}
        />
      </Field>
    );
  });
}
