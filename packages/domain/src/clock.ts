/** Where the time comes from. Rules take a `Date`; whatever acts takes a Clock, so that tests can move it. */
export interface Clock {
  now(): Date;
}

/** The machine's clock: the only place in the product that asks for the time. */
export const systemClock: Clock = { now: () => new Date() };
