import { VmList } from "#features/vms/vm-list.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("vms");

export default function VmsPage() {
  return <VmList />;
}
