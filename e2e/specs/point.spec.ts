/** Recovery points: what the dialog that deletes one says. Nothing is deleted here. */
import { expect } from "@playwright/test";
import { as } from "../support/as.ts";
import { openNewestPoint, portalUrl } from "../support/portal.ts";

const test = as("olivia");

test("the dialog warns that a point is the only one of its VM", async ({ page }) => {
  // No other test backs up batch-01, so it has one recovery point of its first backup.
  await openNewestPoint(page, "batch-01");
  await expect(page).toHaveTitle("Recovery point of batch-01 · Kluis");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByText("This is the last good recovery point of batch-01")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Request deletion" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toHaveCount(0);
});

test("a page beyond the last one becomes the last", async ({ page }) => {
  await page.goto(`${portalUrl()}/points?page=999`);
  await expect(page.getByRole("row").filter({ hasText: "batch-01" }).first()).toBeVisible();
  await expect(page).toHaveURL(/\/points$/);
});
