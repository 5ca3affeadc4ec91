import { NewPolicy } from "#features/policies/new-policy.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("newPolicy");

export default function NewPolicyPage() {
  return <NewPolicy />;
}
