"use client";
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight, ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";
import { Button } from "#ui/button.tsx";
import { ErrorState, Skeleton } from "#ui/states.tsx";

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** The server's name for sorting by this column; absent when it does not sort. */
  readonly sort?: string;
  readonly align?: "left" | "right";
  /** From which width on the column is worth its place. */
  readonly from?: "sm" | "md" | "lg" | "xl";
  /** Names the row: rendered as a row header. */
  readonly isRowHeader?: boolean;
  /** The header is only for screen readers (a column of buttons). */
  readonly hideHeader?: boolean;
  readonly className?: string;
}

export interface Sort {
  readonly by: string;
  readonly direction: "asc" | "desc";
}

export interface DataTableProps<Row> {
  /** The table's name for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined while the first page is on its way. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  /** Newer rows are on their way: the present ones stay, dimmed. */
  readonly refreshing?: boolean;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  readonly empty: ReactNode;
  readonly skeletonRows?: number;
  readonly footer?: ReactNode;
}

const from: Record<NonNullable<Column<unknown>["from"]>, string> = {
  sm: "hidden sm:table-cell",
  md: "hidden md:table-cell",
  lg: "hidden lg:table-cell",
  xl: "hidden xl:table-cell",
};

/** Rows of one kind. Sorting and paging happen on the server; this only shows them and asks. Stale rows stay on error. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const {
    label,
    columns,
    rows,
    rowKey,
    sort,
    onSort,
    refreshing = false,
    error,
    onRetry,
    empty,
    footer,
  } = props;
  const failed = error !== undefined && error !== null;
  return (
    <div>
      {failed ? (
        <div className="p-4">
          <ErrorState error={error} retrying={refreshing} {...(onRetry === undefined ? {} : { onRetry })} />
        </div>
      ) : null}
      {failed && rows === undefined ? null : (
        // A region that scrolls sideways must be reachable by keyboard.
        <div
          role="group"
          aria-label={label}
          tabIndex={0}
          className="relative overflow-x-auto -outline-offset-2"
        >
          <table
            aria-busy={rows === undefined || refreshing}
            className={cn("w-full border-collapse text-sm transition-opacity", refreshing && "opacity-70")}
          >
            <caption className="sr-only">{label}</caption>
            <thead>
              <tr className="border-b border-line">
                {columns.map((column) => (
                  <HeaderCell key={column.key} column={column} sort={sort} onSort={onSort} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows === undefined ? (
                <SkeletonRows columns={columns} count={props.skeletonRows ?? 6} />
              ) : (
                rows.map((row) => (
                  <tr key={rowKey(row)} className="border-b border-line last:border-b-0 hover:bg-hover/60">
                    {columns.map((column) => (
                      <BodyCell key={column.key} column={column}>
                        {column.cell(row)}
                      </BodyCell>
                    ))}
                  </tr>
                ))
              )}
            </tbody>
          </table>
        </div>
      )}
      {rows?.length === 0 && !failed ? empty : null}
      {footer === undefined ? null : footer}
    </div>
  );
}

interface HeaderCellProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
}

function HeaderCell<Row>({ column, sort, onSort }: HeaderCellProps<Row>) {
  const key = column.sort;
  const active = key !== undefined && sort?.by === key;
  const direction = active ? sort.direction : undefined;
  const Icon = direction === "asc" ? ArrowUp : direction === "desc" ? ArrowDown : ChevronsUpDown;
  return (
    <th
      scope="col"
      aria-sort={active ? (direction === "asc" ? "ascending" : "descending") : undefined}
      className={cellClass(column, "h-9 py-0 font-medium text-faint whitespace-nowrap")}
    >
      {key === undefined || onSort === undefined ? (
        <span className={column.hideHeader === true ? "sr-only" : undefined}>{column.header}</span>
      ) : (
        <button
          type="button"
          onClick={() => onSort({ by: key, direction: direction === "asc" ? "desc" : "asc" })}
          className={cn(
            "-mx-1 inline-flex h-7 items-center gap-1 rounded-sm px-1 hover:bg-hover hover:text-ink",
            active && "text-ink",
          )}
        >
          {column.header}
          <Icon aria-hidden="true" className={cn("size-3.5", !active && "opacity-50")} />
        </button>
      )}
    </th>
  );
}

function BodyCell<Row>({ column, children }: { column: Column<Row>; children: ReactNode }) {
  const className = cellClass(column, "h-11 py-1.5");
  return column.isRowHeader === true ? (
    <th scope="row" className={cn(className, "font-normal")}>
      {children}
    </th>
  ) : (
    <td className={className}>{children}</td>
  );
}

function SkeletonRows<Row>({ columns, count }: { columns: readonly Column<Row>[]; count: number }) {
  return Array.from({ length: count }, (_, index) => (
    <tr key={index} className="border-b border-line last:border-b-0">
      {columns.map((column) => (
        <td key={column.key} className={cellClass(column, "h-11 py-1.5")}>
          <Skeleton
            className={column.align === "right" ? "ml-auto w-16" : index % 2 === 0 ? "w-3/4" : "w-1/2"}
          />
        </td>
      ))}
    </tr>
  ));
}

function cellClass<Row>(column: Column<Row>, base: string): string {
  return cn(
    "px-3 first:pl-4 last:pr-4 align-middle",
    column.align === "right" ? "text-right tabular" : "text-left",
    column.from === undefined ? undefined : from[column.from],
    base,
    column.className,
  );
}

export interface PagerProps {
  /** Counted from 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly shown: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}

/** Where one is among the rows, and the way to the next ones. */
export function Pager({ page, pageSize, shown, total, onPage }: PagerProps) {
  const t = useTranslations("ui");
  const first = (page - 1) * pageSize + 1;
  const hasNext = first + shown - 1 < total;
  if (page === 1 && !hasNext) return null;
  const range = t("pageRange", { from: first, to: first + shown - 1, total });
  return (
    <nav aria-label={range} className="flex items-center justify-end gap-3 border-t border-line px-4 py-2">
      <span className="tabular text-sm text-muted">{range}</span>
      <div className="flex gap-1">
        <Button
          size="sm"
          disabled={page === 1}
          onClick={() => onPage(page - 1)}
          icon={<ChevronLeft aria-hidden="true" />}
        >
          {t("previousPage")}
        </Button>
        <Button size="sm" disabled={!hasNext} onClick={() => onPage(page + 1)}>
          {t("nextPage")}
          <ChevronRight aria-hidden="true" />
        </Button>
      </div>
    </nav>
  );
}
