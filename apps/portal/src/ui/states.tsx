"use client";
import { LockKeyhole, OctagonAlert, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";
import { describeError } from "#lib/error-view.ts";
import { Button } from "#ui/button.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { uiMessages } from "#ui/messages.ts";

export interface EmptyStateProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** `filtered`: there is something, but the filters hide it. */
  readonly kind?: "never" | "filtered";
  readonly icon?: ReactNode;
}

/** Nothing to show: says what would create the first row, or that filters hide all rows. */
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

/** What failed, what the person can do, the code, and a way to try again. Forbidden has a face of its own. */
export function ErrorState({ error, onRetry, retrying = false, compact = false }: ErrorStateProps) {
  const view = describeError(error);
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
        {view.action === null ? null : <p className="mt-1 text-sm text-muted">{view.action}</p>}
        <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-2 text-xs text-muted">
          <span className="inline-flex max-w-full min-w-0 items-center gap-1">
            {uiMessages.errorCode} <Copyable value={view.code} what="error code" />
          </span>
          {view.requestId === null ? null : (
            <span className="inline-flex max-w-full min-w-0 items-center gap-1">
              {uiMessages.requestId} <Copyable value={view.requestId} what="request id" />
            </span>
          )}
        </div>
        {onRetry === undefined || !view.retryable ? null : (
          <Button size="sm" className="mt-3" busy={retrying} onClick={onRetry}>
            {uiMessages.retry}
          </Button>
        )}
      </div>
    </div>
  );
}

/** A grey block in the place and size of what is to come. Hidden from screen readers; the region says that it loads. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cn("block h-4 breathing rounded-sm bg-idle-soft", className)} />;
}

/** Some lines of skeleton for a card whose content is on its way. */
export function SkeletonLines({ lines = 3 }: { lines?: number }) {
  return (
    <div role="status" className="flex flex-col gap-2.5">
      <span className="sr-only">{uiMessages.loading}</span>
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
