import { expect, type Page } from "@playwright/test";
import { as } from "../support/as.ts";
import { portalUrl } from "../support/portal.ts";

const test = as("bram");

/** Presses Tab until the element with this name has focus. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    const text = (await focused.getAttribute("aria-label")) ?? (await focused.textContent()) ?? "";
    if (typeof name === "string" ? text.trim() === name : name.test(text.trim())) return;
  }
  throw new Error(`Tab does not reach ${String(name)}.`);
}

test("the keyboard reaches a VM's policy from the overview and goes back", async ({ page }) => {
  await page.goto(portalUrl());
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();

  await page.goto(portalUrl());
  await tabTo(page, "Virtual machines");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Virtual machines" })).toBeVisible();
  await tabTo(page, "web-01");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "web-01" })).toBeVisible();
  await tabTo(page, "Actions for web-01");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Change policy" })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.or(page.getByRole("alertdialog")).first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("the keyboard sets the theme, and a reload keeps it", async ({ page }) => {
  await page.goto(portalUrl());
  await tabTo(page, /^Theme/);
  await page.keyboard.press("Enter");
  await page
    .getByRole("menuitemradio", { name: "Dark" })
    .or(page.getByRole("menuitem", { name: "Dark" }))
    .press("Enter");
  await page.reload();
  const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(scheme).toBe("dark");
});
