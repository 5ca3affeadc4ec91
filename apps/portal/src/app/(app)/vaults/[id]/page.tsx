import { VaultDetail } from "#features/vaults/vault-detail.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("vault");

export default async function VaultPage({ params }: { params: Promise<{ id: string }> }) {
  return <VaultDetail id={decodeURIComponent((await params).id)} />;
}
