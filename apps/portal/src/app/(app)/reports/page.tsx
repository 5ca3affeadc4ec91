import type { Metadata } from "next";
import { reportMessages } from "#features/reports/messages.ts";
import { Reports } from "#features/reports/reports.tsx";

export const metadata: Metadata = { title: reportMessages.title };

export default function ReportsPage() {
  return <Reports />;
}
