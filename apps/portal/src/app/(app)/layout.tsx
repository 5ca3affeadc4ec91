import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { parseTheme, themeCookie } from "#lib/theme.ts";
import { getViewer, isClaimOpen } from "#server/session.ts";
import { Activity } from "#shell/activity.tsx";
import { AppShell } from "#shell/app-shell.tsx";
import { GroupsNotice } from "#shell/groups-notice.tsx";
import { Providers } from "#shell/providers.tsx";

/** Pages for signed-in users; others go to the sign-in page, which leads back here. */
export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const head = await headers();
  const viewer = await getViewer();
  if (viewer === null) redirect(`/signed-out?next=${encodeURIComponent(head.get("x-kluis-path") ?? "/")}`);
  // Someone without a role may be the one who has the code for the first owner.
  if (viewer.roles.length === 0 && (await isClaimOpen())) redirect("/claim");
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <Providers nonce={head.get("x-nonce") ?? undefined} viewer={viewer}>
      <AppShell viewer={viewer} theme={theme} activity={<Activity />}>
        <GroupsNotice viewer={viewer} />
        {children}
      </AppShell>
    </Providers>
  );
}
