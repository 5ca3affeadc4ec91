import type { Metadata } from "next";
import { policyMessages } from "#features/policies/messages.ts";
import { NewPolicy } from "#features/policies/new-policy.tsx";

export const metadata: Metadata = { title: policyMessages.editor.newTitle };

export default function NewPolicyPage() {
  return <NewPolicy />;
}
