import { Audit } from "#features/audit/audit.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("audit");

export default function AuditPage() {
  return (
    <AddressState>
      <Audit />
    </AddressState>
  );
}
