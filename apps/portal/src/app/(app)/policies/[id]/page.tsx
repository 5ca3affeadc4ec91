import { PolicyDetail } from "#features/policies/policy-detail.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("policy");

export default async function PolicyPage({ params }: { params: Promise<{ id: string }> }) {
  return (
    <AddressState>
      <PolicyDetail id={decodeURIComponent((await params).id)} />
    </AddressState>
  );
}
