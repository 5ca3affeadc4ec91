import type { Metadata } from "next";
import { vmMessages } from "#features/vms/messages.ts";
import { VmList } from "#features/vms/vm-list.tsx";

export const metadata: Metadata = { title: vmMessages.title };

export default function VmsPage() {
  return <VmList />;
}
