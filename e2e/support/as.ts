import { test as base } from "@playwright/test";
import { type PersonKey, sessionOf } from "./people.ts";

/** Returns a test that runs as a demo user, with the session that the sign-in tests stored. */
export function as(person: PersonKey) {
  return base.extend({ storageState: sessionOf(person) });
}
