interface PolledQuery {
  readonly state: { readonly data: unknown; readonly status: string };
}

/**
 * Polls every `ms` milliseconds, except after a failed first load: polling would replace the error by the skeleton
 * every few seconds. The retry button still works.
 */
export function every(ms: number | false): (query: PolledQuery) => number | false {
  return (query) => (query.state.data === undefined && query.state.status === "error" ? false : ms);
}
