import { PolicyDetail } from "#features/policies/policy-detail.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("policy");

export default async function PolicyPage({ params }: { params: Promise<{ id: string }> }) {
  return <PolicyDetail id={decodeURIComponent((await params).id)} />;
}
