import type { Metadata } from "next";
import { pointMessages } from "#features/points/messages.ts";
import { PointDetail } from "#features/points/point-detail.tsx";

export const metadata: Metadata = { title: pointMessages.detail.fields.id };

export default async function PointPage({ params }: { params: Promise<{ id: string }> }) {
  return <PointDetail id={decodeURIComponent((await params).id)} />;
}
