interface PolledQuery {
  readonly state: { readonly data: unknown; readonly status: string };
}

/**
 * Asks again every so many milliseconds, except when the first answer never came: then the page shows the error, and
 * asking again in the background would put the skeleton back over it every few seconds. The retry button still asks.
 */
export function every(ms: number | false): (query: PolledQuery) => number | false {
  return (query) => (query.state.data === undefined && query.state.status === "error" ? false : ms);
}
