import { JobList } from "#features/jobs/job-list.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("jobs");

export default function JobsPage() {
  return <JobList />;
}
