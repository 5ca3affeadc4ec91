"use client";
import { Page } from "#ui/page-header.tsx";
import { ErrorState } from "#ui/states.tsx";

export interface ErrorPageProps {
  /** Absent when something other than an Error was thrown. */
  readonly error: (Error & { readonly digest?: string }) | undefined;
  readonly reset: () => void;
}

/** A page that could not be made at all: the database is away, for instance. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  return (
    <>
      <Page>
        <ErrorState
          error={{
            code: "INTERNAL",
            message: "This page could not be made.",
            action: "Try again in a moment. The portal's log says more.",
            requestId: error?.digest ?? null,
          }}
          onRetry={reset}
        />
      </Page>
    </>
  );
}
