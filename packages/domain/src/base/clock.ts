/** The source of time. Rules take a `Date`; code with effects takes a Clock, so that tests can move it. */
export interface Clock {
  now(): Date;
}

/**
 * A clock with timers. What happens at a time (heartbeats, periods, renewals) waits with it, so that a test moves all of it
 * together. Limits that guard the process itself (time-outs of requests and tasks, the grace of a stop) use the machine's timers:
 * a jump of the clock must not end work that is going well.
 */
export interface TimedClock extends Clock {
  /** Milliseconds that only grow, also when the time of the machine is set. Only differences have a meaning. */
  elapsedMs(): number;
  /** Resolves after `ms` of this clock, or early when the signal aborts. Never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's clock: the only place in the product that reads the time. */
export const systemClock: TimedClock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
    }),
};
