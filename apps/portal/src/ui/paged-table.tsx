"use client";
import type { ReactNode } from "react";
import { type Column, DataTable, type Sort } from "#ui/data-table.tsx";
import { Pager } from "#ui/pager.tsx";
import { EmptyState } from "#ui/states.tsx";

/** One page of rows, as every list procedure returns it. */
interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  readonly hasMore: boolean;
  readonly page: number;
  readonly pageSize: number;
}

/** The part of a query that the table needs. */
interface PageQuery<Row> {
  readonly data: RowPage<Row> | undefined;
  readonly error: unknown;
  readonly isPlaceholderData: boolean;
  readonly refetch: () => unknown;
}

export interface PagedTableProps<Row> {
  /** The table's name for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly query: PageQuery<Row>;
  readonly rowKey: (row: Row) => string;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly onPage: (page: number) => void;
  readonly empty: ReactNode;
}

/** A table whose rows the server filters, sorts and pages. */
export function PagedTable<Row>(props: PagedTableProps<Row>) {
  const { label, columns, query, rowKey, sort, onSort, onPage, empty } = props;
  const { data } = query;
  // The pager turns to the last page when the address names one beyond it.
  const isBeyond = data !== undefined && data.rows.length === 0 && data.total > 0;
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={isBeyond ? undefined : data?.rows}
      rowKey={rowKey}
      sort={sort}
      onSort={onSort}
      refreshing={query.isPlaceholderData}
      error={query.error}
      onRetry={() => {
        query.refetch();
      }}
      empty={empty}
      footer={
        data === undefined ? undefined : (
          <Pager
            page={data.page}
            pageSize={data.pageSize}
            shown={data.rows.length}
            total={data.total}
            hasMore={data.hasMore}
            onPage={onPage}
          />
        )
      }
    />
  );
}

export interface NoRowsProps {
  /** Whether a filter is set. */
  readonly filtered: boolean;
  readonly filteredTitle: string;
  readonly filteredText: string;
  readonly title: string;
  readonly text: string;
  /** What creates the first row. */
  readonly action?: ReactNode;
}

/** An empty list: no row passes the filters, or there is no row yet. */
export function NoRows({ filtered, filteredTitle, filteredText, title, text, action }: NoRowsProps) {
  return filtered ? (
    <EmptyState kind="filtered" title={filteredTitle}>
      {filteredText}
    </EmptyState>
  ) : (
    <EmptyState title={title} action={action}>
      {text}
    </EmptyState>
  );
}
