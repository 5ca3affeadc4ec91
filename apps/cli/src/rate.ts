/** The rate of a transfer. */

interface Progressed {
  readonly done: number;
  readonly total: number;
}

/** Adds the average rate since the first call; null during the first second, when it says little. */
export function withRate(
  show: (amount: Progressed & { readonly bytesPerSecond: number | null }) => void,
): (progressed: Progressed) => void {
  let first: { readonly atMs: number; readonly done: number } | null = null;
  return ({ done, total }) => {
    const nowMs = performance.now();
    first ??= { atMs: nowMs, done };
    const seconds = (nowMs - first.atMs) / 1000;
    show({ done, total, bytesPerSecond: seconds < 1 ? null : Math.max(0, done - first.done) / seconds });
  };
}
