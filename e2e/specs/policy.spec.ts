import { expect } from "@playwright/test";
import { as } from "../support/as.ts";
import { portalUrl } from "../support/portal.ts";

const test = as("olivia");
const name = `nightly-${Date.now().toString(36)}`;

test.describe.configure({ mode: "serial" });

test("the editor previews a new policy and creates it", async ({ page }) => {
  await page.goto(`${portalUrl()}/policies/new`);
  await page.getByRole("button", { name: "Daily, kept 30 days" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Time 1").fill("02:30");
  await page.getByLabel("Time zone").fill("Europe/Amsterdam");
  await expect(page.getByText(/02:30/).first()).toBeVisible();
  await page.getByRole("radio", { name: /Only at certain hours/ }).check();
  await page.getByLabel("Closes at").fill("07:30");
  await page.getByRole("checkbox", { name: "Sunday" }).uncheck();
  const preview = page.getByRole("region", { name: "Preview" });
  await expect(
    preview.getByText(/Data moves on Monday, .+ and Saturday from 22:00 to 07:30\./),
  ).toBeVisible();
  await page.getByRole("button", { name: "Create policy" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(page.getByLabel("Closes at")).toHaveValue("07:30");
});

test("the editor refuses a bad name before it sends a request", async ({ page }) => {
  await page.goto(`${portalUrl()}/policies/new`);
  await page.getByLabel("Name", { exact: true }).fill("Not A Name");
  await page.getByRole("button", { name: "Create policy" }).click();
  await expect(page.getByText(/lowercase letters/).first()).toBeVisible();
  await expect(page).toHaveURL(/\/policies\/new$/);
});

test("an edit creates a new version", async ({ page }) => {
  await page.goto(`${portalUrl()}/policies`);
  await page.getByRole("link", { name }).first().click();
  await page.getByLabel("Daily points", { exact: true }).fill("14");
  await page.getByRole("radio", { name: /Always open/ }).check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(`${name} saved as version 2`)).toBeVisible();
});

test("a policy is assigned to a VM, whose first backup starts at once", async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto(`${portalUrl()}/policies`);
  await page.getByRole("link", { name }).first().click();
  const tab = page.getByRole("tab", { name: /Virtual machines/ });
  if ((await tab.count()) > 0) await tab.click();
  await page.getByRole("button", { name: "Assign to a VM" }).first().click();
  await page.getByRole("button", { name: "Assign to sandbox-01" }).click();
  await expect(page.getByText(`${name} assigned to sandbox-01`)).toBeVisible();
  await page.goto(`${portalUrl()}/points?search=sandbox-01`);
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("row").filter({ hasText: "sandbox-01" })).toHaveCount(1, { timeout: 3_000 });
  }).toPass({ timeout: 120_000 });
});
