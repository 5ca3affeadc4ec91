import { expect } from "@playwright/test";
import { as } from "../support/as.ts";
import { portalUrl } from "../support/portal.ts";

const test = as("olivia");

test("the overview shows protected VMs and VMs that need attention", async ({ page }) => {
  await page.goto(portalUrl());
  await expect(page.getByText("3 of 4 VMs are protected.")).toBeVisible();
  await expect(page.getByRole("link", { name: /sandbox-01/ }).first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "Latest recovery points" })).toBeVisible();
});

test("the list of VMs filters, and its URL keeps the filter", async ({ page }) => {
  await page.goto(`${portalUrl()}/vms`);
  for (const name of ["web-01", "sql-01", "batch-01", "sandbox-01"]) {
    await expect(page.getByRole("link", { name, exact: true }).first()).toBeVisible();
  }
  await page
    .getByRole("searchbox")
    .or(page.getByRole("textbox", { name: /search/i }))
    .first()
    .fill("sql");
  await expect(page.getByRole("link", { name: "web-01", exact: true })).toHaveCount(0);
  await expect(page).toHaveURL(/search=sql/);
  await page.reload();
  await expect(page.getByRole("link", { name: "sql-01", exact: true }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "web-01", exact: true })).toHaveCount(0);
});

test("a recovery point shows its consistency and its disks", async ({ page }) => {
  await page.goto(`${portalUrl()}/points?search=sql-01`);
  await page.getByRole("row").filter({ hasText: "sql-01" }).first().getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Recovery point of sql-01" })).toBeVisible();
  await expect(page.getByText("Application-consistent").first()).toBeVisible();
  for (const disk of ["sql-01_OsDisk", "sql-01_Data0", "sql-01_Log1"]) {
    await expect(page.getByText(disk).first()).toBeVisible();
  }
});

test("the recovery point report downloads as CSV and as JSON", async ({ page }) => {
  await page.goto(`${portalUrl()}/reports`);
  for (const format of ["CSV", "JSON"]) {
    const download = page.waitForEvent("download");
    await page
      .getByRole("link", { name: format })
      .or(page.getByRole("button", { name: format }))
      .first()
      .click();
    expect((await download).suggestedFilename()).toMatch(new RegExp(`\\.${format.toLowerCase()}$`));
  }
});

test("/api/health answers without a session", async ({ playwright }) => {
  const request = await playwright.request.newContext();
  const answer = await request.get(`${portalUrl()}/api/health`);
  expect(answer.status()).toBe(200);
  expect(await answer.json()).toMatchObject({ ok: true });
  await request.dispose();
});
