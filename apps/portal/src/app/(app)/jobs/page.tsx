import type { Metadata } from "next";
import { JobList } from "#features/jobs/job-list.tsx";
import { jobMessages } from "#features/jobs/messages.ts";

export const metadata: Metadata = { title: jobMessages.title };

export default function JobsPage() {
  return <JobList />;
}
