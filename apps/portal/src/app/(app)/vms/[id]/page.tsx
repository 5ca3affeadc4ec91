import { VmDetail } from "#features/vms/vm-detail.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("vm");

export default async function VmPage({ params }: { params: Promise<{ id: string }> }) {
  return <VmDetail id={decodeURIComponent((await params).id)} />;
}
