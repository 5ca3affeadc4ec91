import { BulkList } from "#features/bulk/bulk-list.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("bulk");

export default function BulkPage() {
  return (
    <AddressState>
      <BulkList />
    </AddressState>
  );
}
