import { expect } from "@playwright/test";
import { as } from "../support/as.ts";
import { openVm } from "../support/portal.ts";

const test = as("bram");

test("a backup's page follows the job to its recovery point", async ({ page }) => {
  test.setTimeout(180_000);
  await openVm(page, "web-01");
  await page.getByRole("button", { name: "Back up now" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Backup of web-01" })).toBeVisible();
  // No click or reload from here on: the page follows the job.
  const bars = page.getByRole("progressbar", { name: /Progress of disk web-01/ });
  await expect(bars).toHaveCount(2, { timeout: 90_000 });
  await expect(page.getByRole("link", { name: "Open recovery point" })).toBeVisible({ timeout: 120_000 });
  for (const bar of await bars.all()) await expect(bar).toHaveAttribute("aria-valuetext", /%|Preparing/);
  await page.getByRole("link", { name: "Open recovery point" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Recovery point of web-01" })).toBeVisible();
  await expect(page.getByText("Digest comparison").first()).toBeVisible();
});

const asOwner = as("olivia");

asOwner("a VM without a policy cannot be backed up, and the button says why", async ({ page }) => {
  await openVm(page, "sandbox-01");
  const button = page.getByRole("button", { name: "Back up now" });
  await expect(button.and(page.locator("[disabled], [aria-disabled='true']"))).toBeVisible();
  await button.hover();
  await expect(page.getByText("Not protected: choose a policy first").first()).toBeVisible();
});
