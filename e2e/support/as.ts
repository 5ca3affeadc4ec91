import { test as base, type Page } from "@playwright/test";
import { type PersonKey, sessionOf } from "./people.ts";

/** Returns a test that runs as a demo user, with the session that the sign-in tests stored. */
export function as(person: PersonKey) {
  return base.extend({ storageState: sessionOf(person) });
}

/**
 * Like `as`, but the tests of a file use one page after another, with one browser cache: for tests that only look. A test
 * that fails gets a new page after it.
 */
export function onOnePageAs(person: PersonKey) {
  return base.extend<{ page: Page }, { onlyPage: Page }>({
    onlyPage: [
      async ({ browser }, use) => {
        const storageState = sessionOf(person);
        // The settings of playwright.config.ts reach the contexts of a test only.
        const context = await browser.newContext({
          storageState,
          locale: "en-GB",
          timezoneId: "Europe/Amsterdam",
        });
        await use(await context.newPage());
        await context.close();
      },
      { scope: "worker" },
    ],
    page: ({ onlyPage }, use) => use(onlyPage),
  });
}
