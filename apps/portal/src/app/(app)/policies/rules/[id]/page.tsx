import { RuleDetail } from "#features/assignment-rules/rule-page.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("rule");

export default async function RulePage({ params }: { params: Promise<{ id: string }> }) {
  return <RuleDetail id={decodeURIComponent((await params).id)} />;
}
