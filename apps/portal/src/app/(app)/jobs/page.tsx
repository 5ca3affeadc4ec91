import { JobList } from "#features/jobs/job-list.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("jobs");

export default function JobsPage() {
  return (
    <AddressState>
      <JobList />
    </AddressState>
  );
}
