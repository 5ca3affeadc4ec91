/** A bulk action: its dialog says what would be refused and why before it starts, and its page says so for each machine. */
import { expect } from "@playwright/test";
import { as } from "../support/as.ts";
import { portalUrl } from "../support/portal.ts";

const test = as("olivia");

test("a selected machine without a policy is refused, in the preview and by the engine", async ({ page }) => {
  await page.goto(`${portalUrl()}/vms`);
  const machine = page.getByRole("row").filter({ hasText: "sandbox-01" });
  await machine.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Back up now" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("No active policy is assigned to this virtual machine.")).toBeVisible();
  await dialog.getByRole("button", { name: "Back up now: 1 VM" }).click();
  await expect(page).toHaveURL(/\/bulk\/[0-9a-f-]+$/);
  const row = page.getByRole("row").filter({ hasText: "sandbox-01" });
  await expect(row.getByText("Refused")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("Ended", { exact: true }).first()).toBeVisible();
});
