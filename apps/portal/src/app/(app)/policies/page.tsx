import { PolicyList } from "#features/policies/policy-list.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("policies");

export default function PoliciesPage() {
  return <PolicyList />;
}
