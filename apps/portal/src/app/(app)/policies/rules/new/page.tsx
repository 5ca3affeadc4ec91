import { NewRule } from "#features/assignment-rules/rule-page.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("newRule");

export default function NewRulePage() {
  return <NewRule />;
}
