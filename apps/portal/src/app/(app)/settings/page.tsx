import type { Metadata } from "next";
import { settingsMessages } from "#features/settings/messages.ts";
import { Settings } from "#features/settings/settings.tsx";

export const metadata: Metadata = { title: settingsMessages.title };

export default function SettingsPage() {
  return <Settings />;
}
