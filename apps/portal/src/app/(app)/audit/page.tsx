import { Audit } from "#features/audit/audit.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("audit");

export default function AuditPage() {
  return <Audit />;
}
