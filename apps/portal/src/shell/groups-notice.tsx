import { getTranslations } from "next-intl/server";
import type { Viewer } from "#lib/viewer.ts";
import { Alert } from "#ui/alert.tsx";

/** Tells a user on every page that the directory did not name their groups, and what that means. Rendered on the server alone. */
export async function GroupsNotice({ viewer }: { viewer: Viewer }) {
  const { state } = viewer.groups;
  if (state === "current") return null;
  const t = await getTranslations("directory");
  return (
    <div className="px-3 pt-4 sm:px-6 lg:px-8">
      <Alert tone={state === "kept" ? "info" : "warn"} title={t(`notice.${state}`)} />
    </div>
  );
}
