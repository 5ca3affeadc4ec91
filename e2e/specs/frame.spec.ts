import { expect, test as plain } from "@playwright/test";
import { as } from "../support/as.ts";
import { sessionOf } from "../support/people.ts";
import { portalUrl } from "../support/portal.ts";

const test = as("olivia");

test("the language is chosen in the head and stays", async ({ page }) => {
  await page.goto(`${portalUrl()}/vms`);
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitemradio", { name: "Nederlands" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Virtuele machines" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "nl");
  await page.reload();
  await expect(page).toHaveTitle("Virtuele machines · Kluis");
  await page.getByRole("button", { name: "Taal" }).click();
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Virtual machines" })).toBeVisible();
});

test("a page beyond the last one becomes the last", async ({ page }) => {
  await page.goto(`${portalUrl()}/vms?page=999`);
  await expect(page.getByRole("link", { name: "web-01", exact: true }).first()).toBeVisible();
  await expect(page).not.toHaveURL(/page=999/);
});

test("an unknown address answers 404 inside the frame", async ({ page }) => {
  const answer = await page.goto(`${portalUrl()}/no-such-page`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
});

test("the tab is named after the virtual machine", async ({ page }) => {
  await page.goto(`${portalUrl()}/vms`);
  await page.getByRole("link", { name: "web-01", exact: true }).first().click();
  await expect(page).toHaveTitle("web-01 · Kluis");
});

test("a new token stays on screen until the user confirms to have copied it", async ({ page }) => {
  await page.goto(`${portalUrl()}/settings?tab=tokens`);
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("Name", { exact: true }).fill("browser test");
  await page.getByLabel("All permissions that such a token can have now").check();
  await page.getByRole("button", { name: "Create token" }).click();
  const dialog = page.getByRole("dialog", { name: "Copy your token now" });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Close" })).toHaveAttribute("aria-disabled", "true");
  await dialog.getByLabel("I have copied the token").check();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toHaveCount(0);
});

plain.describe("a reader", () => {
  plain.use({ storageState: sessionOf("rosa") });
  plain("sees only the menu entries of pages that open", async ({ page }) => {
    await page.goto(portalUrl());
    const menu = page.getByRole("navigation", { name: "Main" });
    await expect(menu.getByRole("link", { name: "Virtual machines" })).toBeVisible();
    await expect(menu.getByRole("link", { name: /Reports|Audit log/ })).toHaveCount(0);
  });
});
