"use client";
import { lazy, Suspense } from "react";
import type { FailedPageProps } from "#shell/failed-page.tsx";

const FailedPage = lazy(() => import("#shell/failed-page.tsx"));

/** A page that failed together with its frame. */
export default function ErrorPage(props: FailedPageProps) {
  return (
    <main>
      <Suspense fallback={null}>
        <FailedPage {...props} />
      </Suspense>
    </main>
  );
}
