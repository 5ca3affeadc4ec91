import { Settings } from "#features/settings/settings.tsx";
import { titleOf } from "#lib/page-title.ts";
import { AddressState } from "#shell/address-state.tsx";

export const generateMetadata = titleOf("settings");

export default function SettingsPage() {
  return (
    <AddressState>
      <Settings />
    </AddressState>
  );
}
