import { PointList } from "#features/points/point-list.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("points");

export default function PointsPage() {
  return <PointList />;
}
