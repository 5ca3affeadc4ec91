"use client";
import { lazy, Suspense } from "react";
import type { FailedPageProps } from "#shell/failed-page.tsx";

// Every page loads its error boundary, so what the boundary shows loads only with an error.
const FailedPage = lazy(() => import("#shell/failed-page.tsx"));

/** A page that failed, inside the frame. */
export default function ErrorPage(props: FailedPageProps) {
  return (
    <Suspense fallback={null}>
      <FailedPage {...props} />
    </Suspense>
  );
}
