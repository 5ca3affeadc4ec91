import type { Metadata } from "next";
import { vmMessages } from "#features/vms/messages.ts";
import { VmDetail } from "#features/vms/vm-detail.tsx";

export const metadata: Metadata = { title: vmMessages.one };

export default async function VmPage({ params }: { params: Promise<{ id: string }> }) {
  return <VmDetail id={decodeURIComponent((await params).id)} />;
}
