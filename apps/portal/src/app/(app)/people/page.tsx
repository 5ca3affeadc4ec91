import { PeopleList } from "#features/people/people-list.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("people");

export default function PeoplePage() {
  return <PeopleList />;
}
