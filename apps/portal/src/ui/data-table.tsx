"use client";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";
import { ErrorState, Skeleton } from "#ui/states.tsx";

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** The server's name for sorting by this column; absent when it does not sort. */
  readonly sort?: string;
  readonly align?: "left" | "right";
  /** Shown from this breakpoint on. */
  readonly from?: "sm" | "md" | "lg" | "xl" | "2xl";
  /** Names the row: rendered as a row header. */
  readonly isRowHeader?: boolean;
  /** The header is only for screen readers (a column of buttons). */
  readonly hideHeader?: boolean;
  /** Give each column but one a width (`w-40`), so that columns stay in place when the rows arrive. */
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
  /** Undefined while the first page loads. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  /** A reload is in progress: the current rows stay, dimmed. */
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
  "2xl": "hidden 2xl:table-cell",
};

const rowClass =
  "border-b border-line last:border-b-0 max-sm:grid max-sm:grid-flow-dense max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-4 max-sm:px-4 max-sm:py-2";

/**
 * Rows of one kind. The server sorts and pages; stale rows stay on an error. On a phone each row becomes a block of
 * labeled values, and the sortable headers a line of buttons.
 */
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
            className={cn(
              "w-full border-collapse text-sm transition-opacity max-sm:block",
              refreshing && "opacity-70",
            )}
          >
            <caption className="sr-only">{label}</caption>
            <thead
              className={cn(
                "max-sm:block",
                columns.every(({ sort: by }) => by === undefined) && "max-sm:hidden",
              )}
            >
              <tr className="border-b border-line max-sm:flex max-sm:flex-wrap max-sm:gap-x-3 max-sm:px-4 max-sm:py-1">
                {columns.map((column) => (
                  <HeaderCell key={column.key} column={column} sort={sort} onSort={onSort} />
                ))}
              </tr>
            </thead>
            <tbody className="max-sm:block">
              {rows === undefined ? (
                <SkeletonRows columns={columns} count={props.skeletonRows ?? 6} />
              ) : (
                rows.map((row) => (
                  <tr key={rowKey(row)} className={cn(rowClass, "hover:bg-hover/60")}>
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
      className={cn(
        cellClass(column, "h-9 py-0 font-medium text-faint whitespace-nowrap"),
        key === undefined ? "max-sm:hidden" : "max-sm:h-7 max-sm:px-0!",
      )}
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
  const className = cn(cellClass(column, "h-11 py-1.5"), phoneClass(column));
  if (column.isRowHeader === true) {
    return (
      <th scope="row" className={cn(className, "font-normal")}>
        {children}
      </th>
    );
  }
  return (
    <td className={className}>
      {column.hideHeader === true ? null : (
        // The header row names the column for screen readers.
        <span aria-hidden="true" className="shrink-0 text-xs text-faint sm:hidden">
          {column.header}
        </span>
      )}
      {column.hideHeader === true ? children : <div className="min-w-0 max-sm:text-right">{children}</div>}
    </td>
  );
}

/** The place of a cell in the block that a row is on a phone: the name first, buttons beside it, values below. */
function phoneClass<Row>(column: Column<Row>): string {
  const base = "max-sm:h-auto max-sm:w-auto max-sm:px-0! max-sm:py-0.5";
  if (column.isRowHeader === true) return `${base} max-sm:order-first`;
  if (column.hideHeader === true) return base;
  const place = "max-sm:col-span-2 max-sm:items-center max-sm:justify-between max-sm:gap-4";
  return cn(base, place, column.from === undefined && "max-sm:flex");
}

function SkeletonRows<Row>({ columns, count }: { columns: readonly Column<Row>[]; count: number }) {
  return Array.from({ length: count }, (_, index) => (
    <tr key={index} className={rowClass}>
      {columns.map((column) => (
        <td key={column.key} className={cn(cellClass(column, "h-11 py-1.5"), phoneClass(column))}>
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
