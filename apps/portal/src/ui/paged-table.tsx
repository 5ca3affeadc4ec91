"use client";
import { type ReactNode, useEffect } from "react";
import { type Column, DataTable, Pager, type Sort } from "#ui/data-table.tsx";
import { lastPage } from "#ui/last-page.ts";
import { EmptyState } from "#ui/states.tsx";

/** One page of rows, as every list procedure returns it. */
interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
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

/** A table whose rows the server filters, sorts and pages. A page after the last one leads to the last one. */
export function PagedTable<Row>(props: PagedTableProps<Row>) {
  const { label, columns, query, rowKey, sort, onSort, onPage, empty } = props;
  const { data } = query;
  const last = data === undefined || query.isPlaceholderData ? null : lastPage(data);
  const isBeyond = last !== null && data !== undefined && data.page > last;
  useEffect(() => {
    if (isBeyond && last !== null) onPage(last);
  }, [isBeyond, last, onPage]);
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
        data === undefined || isBeyond ? undefined : (
          <Pager
            page={data.page}
            pageSize={data.pageSize}
            shown={data.rows.length}
            total={data.total}
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
