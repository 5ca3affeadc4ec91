import Link from "next/link";
import { useTranslations } from "next-intl";
import { Mark } from "#shell/logo.tsx";
import { buttonClass } from "#ui/button-class.ts";

/** An address without a page. */
export function NotFoundPage() {
  const t = useTranslations("shell");
  return (
    <div className="grid min-h-[70dvh] place-items-center p-6 text-center">
      <div>
        <Mark className="mx-auto mb-4 size-10 text-faint" />
        <h1 className="text-2xl font-semibold tracking-tight">{t("pages.missing")}</h1>
        <p className="mt-1 mb-5 text-muted">{t("notFoundText")}</p>
        <Link href="/" className={buttonClass("primary")}>
          {t("toOverview")}
        </Link>
      </div>
    </div>
  );
}
