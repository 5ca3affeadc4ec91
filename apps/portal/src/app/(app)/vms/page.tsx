import { VmList } from "#features/vms/vm-list.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("vms");

export default function VmsPage() {
  return (
    <AddressState>
      <VmList />
    </AddressState>
  );
}
