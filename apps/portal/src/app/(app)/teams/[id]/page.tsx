import { TeamDetail } from "#features/teams/team-detail.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("team");

export default async function TeamPage({ params }: { params: Promise<{ id: string }> }) {
  return <TeamDetail id={decodeURIComponent((await params).id)} />;
}
