"use client";
import type { ReactNode } from "react";
import { Card } from "#ui/card.tsx";
import { type Crumb, Page, PageHeader } from "#ui/page-header.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

/** The part of a query that the frame needs. */
interface DetailQuery<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  readonly refetch: () => unknown;
}

export interface DetailFrameProps<T> {
  readonly query: DetailQuery<T>;
  /** The kind of object, as the title while its name is unknown. */
  readonly kind: string;
  readonly crumbs: readonly Crumb[];
  readonly children: (data: T) => ReactNode;
}

/** The page of one object. While there is no data it shows placeholders, or what went wrong. */
export function DetailFrame<T>({ query, kind, crumbs, children }: DetailFrameProps<T>) {
  if (query.data !== undefined) return children(query.data);
  return (
    <Page>
      <PageHeader title={kind} crumbs={crumbs} />
      {query.error === null ? (
        <Card>
          <SkeletonLines lines={6} />
        </Card>
      ) : (
        <ErrorState
          error={query.error}
          retrying={query.isFetching}
          onRetry={() => {
            query.refetch();
          }}
        />
      )}
    </Page>
  );
}
