"use client";
import { useTranslations } from "next-intl";
import { PolicyEditor } from "#features/policies/policy-editor.tsx";
import { failureOf } from "#lib/failure.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { ErrorState } from "#ui/states.tsx";

/** The page that creates a policy. */
export function NewPolicy() {
  const t = useTranslations("policies");
  const refusal = useRefusal("policy:write");
  return (
    <Page>
      <PageHeader
        title={t("create")}
        crumbs={[{ label: t("title"), href: "/policies" }]}
        description={t("lead")}
      />
      {refusal === null ? <PolicyEditor /> : <ErrorState error={failureOf("FORBIDDEN")} />}
    </Page>
  );
}
