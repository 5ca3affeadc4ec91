import { RuleList } from "#features/assignment-rules/rule-list.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("rules");

export default function RulesPage() {
  return <RuleList />;
}
