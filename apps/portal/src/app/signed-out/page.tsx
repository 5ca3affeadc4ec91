import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { safeNext } from "#server/pending-sign-in.ts";
import { parseReason } from "#server/sign-in-answers.ts";
import { Mark, Wordmark } from "#shell/logo.tsx";
import { Alert } from "#ui/alert.tsx";
import { buttonClass } from "#ui/button-class.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("signedOut");
  return { title: t("title") };
}

const facts = ["complete", "encrypted", "open"] as const;

interface Props {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** The page before sign-in: what Kluis is, why the user is here, and one button. */
export default async function SignedOutPage({ searchParams }: Props) {
  const t = await getTranslations("signedOut");
  const query = await searchParams;
  const reason = parseReason(typeof query["reason"] === "string" ? query["reason"] : undefined);
  const next = safeNext(typeof query["next"] === "string" ? query["next"] : null);
  const calm = reason === "signed-out" || reason === "ended";
  return (
    <main className="grid min-h-dvh lg:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)]">
      <section className="relative hidden overflow-hidden bg-nav text-nav-ink lg:block">
        <Mark className="absolute -right-48 -bottom-48 size-[46rem] text-nav-raised" />
        <div className="relative flex h-full flex-col justify-between p-12">
          <Wordmark />
          <ul className="max-w-md border-l-2 border-brass pl-5">
            {facts.map((fact) => (
              <li key={fact} className="py-1 text-lg text-nav-ink">
                {t(`facts.${fact}`)}
              </li>
            ))}
          </ul>
        </div>
      </section>
      <section className="grid place-items-center px-6 py-12">
        <div className="w-full max-w-sm">
          <Mark className="mb-5 size-10 text-accent lg:hidden" />
          <h1 className="text-3xl font-semibold tracking-tight">Kluis</h1>
          <p className="mt-1 text-lg text-muted">{t("lead")}</p>
          {reason === null ? null : (
            <div className="mt-6" role="status">
              <Alert tone={calm ? "info" : "warn"} title={t(`reasons.${reason}.title`)}>
                {t(`reasons.${reason}.text`)}
              </Alert>
            </div>
          )}
          <a
            href={`/auth/sign-in?next=${encodeURIComponent(next)}`}
            className={`${buttonClass("primary")} mt-6 h-10! w-full text-base!`}
          >
            {t("button")}
          </a>
        </div>
      </section>
    </main>
  );
}
