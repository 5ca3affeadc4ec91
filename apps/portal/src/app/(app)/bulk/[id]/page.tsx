import { BulkDetail } from "#features/bulk/bulk-detail.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("bulkAction");

export default async function BulkActionPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <AddressState>
      <BulkDetail id={decodeURIComponent(id)} />
    </AddressState>
  );
}
