import { PointList } from "#features/points/point-list.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("points");

export default function PointsPage() {
  return (
    <AddressState>
      <PointList />
    </AddressState>
  );
}
