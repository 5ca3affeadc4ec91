import { Reports } from "#features/reports/reports.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("reports");

export default function ReportsPage() {
  return (
    <AddressState>
      <Reports />
    </AddressState>
  );
}
