import { NewPolicy } from "#features/policies/new-policy.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("newPolicy");

export default function NewPolicyPage() {
  return (
    <AddressState>
      <NewPolicy />
    </AddressState>
  );
}
