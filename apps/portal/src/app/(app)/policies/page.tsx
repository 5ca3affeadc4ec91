import type { Metadata } from "next";
import { policyMessages } from "#features/policies/messages.ts";
import { PolicyList } from "#features/policies/policy-list.tsx";

export const metadata: Metadata = { title: policyMessages.title };

export default function PoliciesPage() {
  return <PolicyList />;
}
