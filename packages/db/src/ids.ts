import { randomBytes } from "node:crypto";
import { type Clock, systemClock, uuidv7 } from "@kluis/domain";

/** Returns a new UUIDv7, so that ids sort by the time of their creation. */
export function newId(clock: Clock = systemClock): string {
  return uuidv7(clock.now(), randomBytes(10));
}
