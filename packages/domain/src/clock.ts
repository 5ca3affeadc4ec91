/** The source of time. Rules take a `Date`; code with effects takes a Clock, so that tests can move it. */
export interface Clock {
  now(): Date;
}

/** The machine's clock: the only place in the product that reads the time. */
export const systemClock: Clock = { now: () => new Date() };
