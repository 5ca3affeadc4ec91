import { PersonDetail } from "#features/people/person-detail.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("person");

export default async function PersonPage({ params }: { params: Promise<{ id: string }> }) {
  return <PersonDetail id={decodeURIComponent((await params).id)} />;
}
