import { VmDetail } from "#features/vms/vm-detail.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("vm");

export default async function VmPage({ params }: { params: Promise<{ id: string }> }) {
  return (
    <AddressState>
      <VmDetail id={decodeURIComponent((await params).id)} />
    </AddressState>
  );
}
