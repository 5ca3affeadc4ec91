import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { ClaimForm } from "#features/claim/claim-form.tsx";
import { titleOf } from "#lib/page-title.ts";
import { getViewer, isClaimOpen } from "#server/session.ts";
import { Mark } from "#shell/logo.tsx";
import { Providers } from "#shell/providers.tsx";
import { buttonClass } from "#ui/button-class.ts";

export const generateMetadata = titleOf("claim");

/** Makes the signed-in user the first owner with the code of the start; leads on when Kluis has an owner. */
export default async function ClaimPage() {
  const t = await getTranslations("tokens");
  const viewer = await getViewer();
  if (viewer === null) redirect("/signed-out?next=%2Fclaim");
  if (viewer.roles.length > 0 || !(await isClaimOpen())) redirect("/");
  return (
    <Providers nonce={(await headers()).get("x-nonce") ?? undefined} viewer={viewer}>
      <main className="grid min-h-dvh grid-cols-[minmax(0,1fr)] place-items-center px-6 py-12">
        <div className="w-full max-w-md">
          <Mark className="mb-5 size-10 text-accent" />
          <h1 className="text-2xl font-semibold tracking-tight">{t("claim.title")}</h1>
          <p className="mt-2 text-muted">{t("claim.lead")}</p>
          <ClaimForm />
          <p className="mt-6 text-sm text-muted">{t("claim.other")}</p>
          <form
            method="post"
            action="/auth/sign-out"
            className="mt-6 flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4 text-sm"
          >
            <span data-value className="min-w-0 break-words">
              {t("claim.signedInAs", { name: viewer.person.name, username: viewer.person.username })}
            </span>
            <button type="submit" className={buttonClass("secondary")}>
              {t("claim.signOut")}
            </button>
          </form>
        </div>
      </main>
    </Providers>
  );
}
