import { JobDetail } from "#features/jobs/job-detail.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("job");

export default async function JobPage({ params }: { params: Promise<{ id: string }> }) {
  return <JobDetail id={(await params).id} />;
}
