import { TeamList } from "#features/teams/team-list.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("teams");

export default function TeamsPage() {
  return <TeamList />;
}
