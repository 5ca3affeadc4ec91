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
  return (
    <div className="mt-4 grid gap-4 sm:grid-cols-2">
      {(["trustFirst", "trustEvery"] as const).map((name) => (
        <Field key={name} label={t(name)} hint={t(`${name}Hint`)} error={problems[name]}>
          <Input inputMode="numeric" {...form.register(name)} disabled={disabled} className="max-w-28" />
        </Field>
      ))}
    </div>
  );
}
