import type { Metadata } from "next";
import { pointMessages } from "#features/points/messages.ts";
import { PointList } from "#features/points/point-list.tsx";

export const metadata: Metadata = { title: pointMessages.title };

export default function PointsPage() {
  return <PointList />;
}
