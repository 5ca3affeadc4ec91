/**
 * What procedures answer. Times are ISO 8601 strings in UTC, byte counts are safe integers, absent facts are null.
 * Plain JSON on purpose: the wire needs no transformer, and the CLI's `--json` is exactly this.
 */

/** An instant as ISO 8601 in UTC, such as `2026-11-22T01:00:00.000Z`. */
export type Instant = string;

/** One page of a list; `total` counts every row that the person may see and that the filters let through. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  /** Counted from 1. */
  readonly page: number;
  readonly pageSize: number;
}

export interface Ref {
  readonly id: string;
  readonly name: string;
}

/** Who did it, ready to show. */
export interface ActorView {
  readonly kind: "person" | "engine";
  readonly name: string;
  readonly personId: string | null;
  readonly via: "session" | "token" | null;
}

/** The part of an error that people see: what happened, and what to do. */
export interface ErrorView {
  readonly code: string;
  readonly reason: string | null;
  readonly message: string;
  readonly action: string | null;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}
