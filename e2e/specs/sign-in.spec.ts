import { expect, test } from "@playwright/test";
import { type PersonKey, people, sessionOf } from "../support/people.ts";
import { portalUrl, signIn } from "../support/portal.ts";

for (const person of Object.keys(people) as PersonKey[]) {
  test(`${people[person].name} signs in`, async ({ page, context }) => {
    await signIn(page, person);
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    await context.storageState({ path: sessionOf(person) });
  });
}

test("a page requires sign-in and opens after it", async ({ page }) => {
  await page.goto(`${portalUrl()}/audit`);
  await expect(page.getByRole("link", { name: "Sign in with Microsoft" })).toBeVisible();
  await page.getByRole("link", { name: "Sign in with Microsoft" }).click();
  await page.getByRole("button", { name: people.ada.name }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Audit log" })).toBeVisible();
});

test("a user who cancels at Entra returns to a page that says so", async ({ page }) => {
  await page.goto(portalUrl());
  await page.getByRole("link", { name: "Sign in with Microsoft" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("You did not sign in")).toBeVisible();
});

test("signing out ends the session on the server too", async ({ page, context }) => {
  await signIn(page, "omar");
  const cookies = await context.cookies();
  await page.getByRole("button", { name: `Account of ${people.omar.name}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign in with Microsoft" })).toBeVisible();
  await context.addCookies(cookies);
  await page.goto(`${portalUrl()}/vms`);
  await expect(page.getByRole("link", { name: "Sign in with Microsoft" })).toBeVisible();
});

test("scripts and other sites cannot read the session cookie", async ({ page, context }) => {
  await signIn(page, "rosa");
  const cookie = (await context.cookies()).find(({ httpOnly }) => httpOnly);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
});
