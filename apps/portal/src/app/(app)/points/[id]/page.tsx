import { PointDetail } from "#features/points/point-detail.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("point");

export default async function PointPage({ params }: { params: Promise<{ id: string }> }) {
  return <PointDetail id={decodeURIComponent((await params).id)} />;
}
