import { useTranslations } from "next-intl";
import type { UseFormReturn } from "react-hook-form";
import type { PolicyForm } from "#features/policies/policy-form.ts";
import { Field, Input } from "#ui/field.tsx";

/** Which of Azure's lists of changed ranges are confirmed by a comparison. */
export function TrustFields(props: {
  readonly form: UseFormReturn<PolicyForm>;
  readonly problems: Readonly<Record<string, string>>;
  readonly disabled: boolean;
}) {
  const { form, problems, disabled } = props;
  const t = useTranslations("policyTrust");
  const fields = [
    { name: "trustFirst", label: t("trustFirst"), hint: t("trustFirstHint") },
    { name: "trustEvery", label: t("trustEvery"), hint: t("trustEveryHint") },
  ] as const;
  return (
    <div className="mt-4 grid gap-4 sm:grid-cols-2">
      {fields.map(({ name, label, hint }) => (
        <Field key={name} label={label} hint={hint} error={problems[name]}>
          <Input inputMode="numeric" {...form.register(name)} disabled={disabled} className="max-w-28" />
        </Field>
      ))}
    </div>
  );
}
