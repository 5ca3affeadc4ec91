import type { Metadata } from "next";
import { JobDetail } from "#features/jobs/job-detail.tsx";
import { jobMessages } from "#features/jobs/messages.ts";

export const metadata: Metadata = { title: jobMessages.detail.id };

export default async function JobPage({ params }: { params: Promise<{ id: string }> }) {
  return <JobDetail id={(await params).id} />;
}
