"use client";
import { LockKeyhole, OctagonAlert, SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { Button } from "#ui/button.tsx";
import { Copyable } from "#ui/copyable.tsx";

export interface EmptyStateProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** `filtered`: rows exist, but the filters hide them. */
  readonly kind?: "never" | "filtered";
  readonly icon?: ReactNode;
}

/** Nothing to show: says what creates the first row, or that the filters hide all rows. */
export function EmptyState({ title, children, action, kind = "never", icon }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-10 text-center">
      <div className="mb-3 grid size-10 place-items-center rounded-full border border-line bg-sunken text-faint [&_svg]:size-5">
        {icon ?? (kind === "filtered" ? <SearchX aria-hidden="true" /> : <EmptyDrawer />)}
      </div>
      <p className="font-semibold">{title}</p>
      {children === undefined ? null : <div className="mt-1 max-w-prose text-sm text-muted">{children}</div>}
      {action === undefined ? null : <div className="mt-4 flex gap-2">{action}</div>}
    </div>
  );
}

export interface ErrorStateProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly retrying?: boolean;
  readonly compact?: boolean;
}

/** What failed, what to do about it, the code, and a way to try again. A refusal looks calmer than a failure. */
export function ErrorState({ error, onRetry, retrying = false, compact = false }: ErrorStateProps) {
  const t = useTranslations("ui");
  const view = useErrorView()(error);
  const forbidden = view.code === "FORBIDDEN";
  const Icon = forbidden ? LockKeyhole : OctagonAlert;
  return (
    <div
      role="alert"
      className={cn(
        "flex gap-3 rounded-lg border p-4",
        forbidden ? "border-line bg-sunken" : "border-bad-solid/40 bg-bad-soft",
        compact && "p-3",
      )}
    >
      <Icon
        aria-hidden="true"
        className={cn("mt-0.5 size-5 shrink-0", forbidden ? "text-muted" : "text-bad")}
      />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{view.title}</p>
        <p className="break-words">{view.message}</p>
        {view.azureMessage === null ? null : <AzureQuote text={view.azureMessage} />}
        {view.action === null ? null : <p className="mt-1 text-sm text-muted">{view.action}</p>}
        <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-2 text-xs text-muted">
          <span className="inline-flex max-w-full min-w-0 items-center gap-1">
            {t("errorCode")} <Copyable value={view.code} what={t("what.errorCode")} />
          </span>
          {view.requestId === null ? null : (
            <span className="inline-flex max-w-full min-w-0 items-center gap-1">
              {t("requestId")} <Copyable value={view.requestId} what={t("what.requestId")} />
            </span>
          )}
        </div>
        {onRetry === undefined || !view.retryable ? null : (
          <Button size="sm" className="mt-3" busy={retrying} onClick={onRetry}>
            {t("retry")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Azure's own text, in the language in which Azure wrote it. */
export function AzureQuote({ text }: { text: string }) {
  const t = useTranslations("ui");
  return (
    <p lang="en" className="mt-1 border-l-2 border-line-strong pl-2.5 text-sm break-words text-muted">
      {t("azureSays", { text })}
    </p>
  );
}

/** A gray block in the place and size of the content that is loading. Hidden from screen readers. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cn("block h-4 breathing rounded-sm bg-idle-soft", className)} />;
}

/** Skeleton lines for a card whose content is loading; announced as such. */
export function SkeletonLines({ lines = 3 }: { lines?: number }) {
  const t = useTranslations("ui");
  return (
    <div role="status" className="flex flex-col gap-2.5">
      <span className="sr-only">{t("loading")}</span>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} className={index === lines - 1 ? "w-2/3" : "w-full"} />
      ))}
    </div>
  );
}

function EmptyDrawer() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <rect x="3" y="4" width="14" height="12" rx="1.5" />
      <path d="M3 10h14M8.5 7h3M8.5 13h3" strokeLinecap="round" />
    </svg>
  );
}
