import type { Metadata } from "next";
import { Audit } from "#features/audit/audit.tsx";
import { auditMessages } from "#features/audit/messages.ts";

export const metadata: Metadata = { title: auditMessages.title };

export default function AuditPage() {
  return <Audit />;
}
