"use client";
import { policyMessages } from "#features/policies/messages.ts";
import { PolicyEditor } from "#features/policies/policy-editor.tsx";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { ErrorState } from "#ui/states.tsx";

/** A new policy. */
export function NewPolicy() {
  const refusal = useRefusal("policy:write");
  return (
    <Page>
      <PageHeader
        title={policyMessages.editor.newTitle}
        crumbs={[{ label: policyMessages.title, href: "/policies" }]}
        description={policyMessages.lead}
      />
      {refusal === null ? (
        <PolicyEditor />
      ) : (
        <ErrorState error={{ code: "FORBIDDEN", message: refusal, action: null }} />
      )}
    </Page>
  );
}
