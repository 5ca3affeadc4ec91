import { ApprovalList } from "#features/approvals/approval-list.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("approvals");

export default function ApprovalsPage() {
  return (
    <AddressState>
      <ApprovalList />
    </AddressState>
  );
}
