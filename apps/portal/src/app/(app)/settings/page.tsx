import { Settings } from "#features/settings/settings.tsx";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("settings");

export default function SettingsPage() {
  return <Settings />;
}
