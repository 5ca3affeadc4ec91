import type { Metadata } from "next";
import { policyMessages } from "#features/policies/messages.ts";
import { PolicyDetail } from "#features/policies/policy-detail.tsx";

export const metadata: Metadata = { title: policyMessages.columns.name };

export default async function PolicyPage({ params }: { params: Promise<{ id: string }> }) {
  return <PolicyDetail id={decodeURIComponent((await params).id)} />;
}
