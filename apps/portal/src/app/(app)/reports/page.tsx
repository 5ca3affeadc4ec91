import { Reports } from "#features/reports/reports.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("reports");

export default function ReportsPage() {
  return <Reports />;
}
