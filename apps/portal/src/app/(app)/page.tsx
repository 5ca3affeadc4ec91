import type { Metadata } from "next";
import { overviewMessages } from "#features/overview/messages.ts";
import { Overview } from "#features/overview/overview.tsx";

export const metadata: Metadata = { title: overviewMessages.title };

export default function OverviewPage() {
  return <Overview />;
}
