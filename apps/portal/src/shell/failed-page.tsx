"use client";
import { failureOf } from "#lib/failure.ts";
import { Page } from "#ui/page-header.tsx";
import { ErrorState } from "#ui/states.tsx";

export interface FailedPageProps {
  /** Absent when something other than an Error was thrown. */
  readonly error: (Error & { readonly digest?: string }) | undefined;
  readonly reset: () => void;
}

/** A page that failed to render, for instance because the database is down. */
export default function FailedPage({ error, reset }: FailedPageProps) {
  return (
    <Page>
      <ErrorState error={failureOf("INTERNAL", error?.digest)} onRetry={reset} />
    </Page>
  );
}
