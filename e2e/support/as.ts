import { test as base } from "@playwright/test";
import { type PersonKey, sessionOf } from "./people.ts";

/** Tests as one of the demo people, with the session that the sign-in tests made. */
export function as(person: PersonKey) {
  return base.extend({ storageState: sessionOf(person) });
}
