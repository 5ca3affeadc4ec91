/** Against loss: pin a recovery point, delete one by mistake and bring it back, choose the format of a download. */
import { expect } from "@playwright/test";
import { approveAsOtto } from "../support/approve.ts";
import { as } from "../support/as.ts";
import { openNewestPoint, openVm } from "../support/portal.ts";

const test = as("olivia");

test("a pinned point cannot be deleted until a second person approved its unpinning", async ({
  page,
  browser,
}) => {
  await openNewestPoint(page, "sql-01");
  const point = page.url();
  await page.getByRole("button", { name: "Pin", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("textbox").fill("audit of this year");
  await dialog.getByRole("button", { name: "Pin recovery point" }).click();
  await expect(page.getByText("This recovery point is pinned")).toBeVisible();
  await expect(page.getByText("Reason: audit of this year")).toBeVisible();
  await expect(page.getByRole("button", { name: "Delete", exact: true })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await page.getByRole("button", { name: "Unpin", exact: true }).click();
  await dialog.getByRole("textbox").first().fill("the audit has ended");
  await dialog.getByRole("button", { name: "Request to unpin" }).click();
  await approveAsOtto(page, browser);
  await page.goto(point);
  await expect(page.getByRole("button", { name: "Pin", exact: true })).toBeVisible();
  await expect(page.getByText("This recovery point is pinned")).toHaveCount(0);
});

test("a deletion waits for a second person, is counted on the page of its VM, and is undone", async ({
  page,
  browser,
}) => {
  await openNewestPoint(page, "batch-01");
  const point = page.url();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("textbox", { name: /Reason/ }).fill("deleted by mistake");
  await dialog.getByRole("textbox", { name: /batch-01/ }).fill("batch-01");
  await dialog.getByRole("button", { name: "Request deletion" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("1 point of 1 VM")).toBeVisible();
  const request = page.url();
  await page.goto(point);
  await expect(page.getByText("A request waits for a second person")).toBeVisible();
  await page.goto(request);
  await approveAsOtto(page, browser);
  await openVm(page, "batch-01");
  await expect(page.getByRole("link", { name: "1 deleted point can be brought back" })).toBeVisible();
  await page.goto(point);
  await expect(page.getByText(/can be brought back until/)).toBeVisible();
  await page.getByRole("button", { name: "Bring back" }).click();
  await expect(page.getByRole("button", { name: "Verify" })).toBeVisible();
});

test("a disk can be downloaded as an image with only its data", async ({ page }) => {
  await openNewestPoint(page, "batch-01");
  await page
    .getByRole("button", { name: /^Download/ })
    .first()
    .click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /QCOW2/ }).click();
  expect((await download).suggestedFilename()).toMatch(/\.qcow2$/u);
  await (await download).cancel();
});
