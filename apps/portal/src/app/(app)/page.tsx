import { Overview } from "#features/overview/overview.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("overview");

export default function OverviewPage() {
  return <Overview />;
}
