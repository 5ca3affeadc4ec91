import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

export interface Crumb {
  readonly label: string;
  readonly href: string;
}

export interface PageHeaderProps {
  readonly title: ReactNode;
  /** Status badges beside the title. */
  readonly status?: ReactNode;
  readonly description?: ReactNode;
  readonly crumbs?: readonly Crumb[];
  readonly actions?: ReactNode;
}

/** The head of a page: breadcrumbs, title, status, description and actions. */
export function PageHeader({ title, status, description, crumbs, actions }: PageHeaderProps) {
  return (
    <header className="mb-5">
      {crumbs === undefined ? null : <Breadcrumbs crumbs={crumbs} />}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-2xl font-semibold tracking-tight break-words">{title}</h1>
            {status}
          </div>
          {description === undefined ? null : (
            <div className="mt-0.5 max-w-4xl text-pretty text-muted">{description}</div>
          )}
        </div>
        {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  );
}

export function Breadcrumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  const t = useTranslations("ui");
  return (
    <nav aria-label={t("breadcrumb")} className="mb-1">
      <ol className="flex flex-wrap items-center gap-1 text-sm">
        {crumbs.map((crumb, at) => (
          <li key={crumb.href} className="flex items-center gap-1 text-muted">
            {at === 0 ? null : <ChevronRight aria-hidden="true" className="size-3.5 text-faint" />}
            <Link href={crumb.href} className="rounded-sm py-0.5 hover:text-ink hover:underline">
              {crumb.label}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** The column that every page is laid out in. */
export function Page({ children }: { children: ReactNode }) {
  return <div className="mx-auto w-full max-w-[88rem] px-4 py-5 sm:px-6 lg:px-8 lg:py-6">{children}</div>;
}
