import { ApprovalDetail } from "#features/approvals/approval-detail.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("approval");

export default async function ApprovalPage({ params }: { params: Promise<{ id: string }> }) {
  return <ApprovalDetail id={decodeURIComponent((await params).id)} />;
}
