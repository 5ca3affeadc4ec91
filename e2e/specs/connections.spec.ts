import { expect, type Page } from "@playwright/test";
import { as } from "../support/as.ts";
import { openVm, portalUrl } from "../support/portal.ts";

const test = as("olivia");
const name = `other-${Date.now().toString(36)}`;

test.describe.configure({ mode: "serial" });

async function openTab(page: Page, tab: "connections" | "vaults"): Promise<void> {
  await page.goto(`${portalUrl()}/settings?tab=${tab}`);
  await expect(page.getByRole("listitem").filter({ hasText: "main" }).first()).toBeVisible();
}

test("a connection is added, tested in words, and removed", async ({ page }) => {
  await openTab(page, "connections");
  await page.getByRole("button", { name: "Add connection" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByText("Enter an ID such as").first()).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Tenant ID").fill("2b8e61d4-93f7-4e5a-8c16-0f4a7d92b002");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByLabel("Application (client) ID").fill("c07e5d9a-2f48-4a13-b6d1-75e93f8b1004");
  await page.getByLabel("Client secret", { exact: true }).fill("not-the-secret");
  await page.getByRole("button", { name: "Add and test" }).click();
  const refusal = page.getByRole("dialog").getByText("Azure did not accept the sign-in");
  await expect(refusal).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press("Escape");
  const item = page.getByRole("listitem").filter({ hasText: name });
  await expect(item.getByText("Disabled", { exact: true })).toBeVisible();
  await expect(item.getByText(/Test failed/)).toBeVisible();
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText(`${name} is removed`)).toBeVisible();
});

test("a disabled connection is named on its virtual machines, and is enabled after a test", async ({
  page,
}) => {
  await openTab(page, "connections");
  await page.getByRole("button", { name: "Disable main" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByText(/4 virtual machines/)).toBeVisible();
  await dialog.getByRole("button", { name: "Disable connection" }).click();
  await expect(page.getByText("main is disabled")).toBeVisible();
  await openVm(page, "web-01");
  await expect(page.getByText("Connection main is disabled")).toBeVisible();
  await openTab(page, "connections");
  await page.getByRole("button", { name: "Test main" }).click();
  await expect(page.getByText(/Test passed/)).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Enable main" }).click();
  await expect(page.getByText("main is enabled")).toBeVisible();
});

test("a vault is added, tested, enabled, disabled and removed", async ({ page }) => {
  await openTab(page, "vaults");
  await page.getByRole("button", { name: "Add vault" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByText("Folder of the engine").click();
  await page.getByLabel("Folder name").fill(name);
  await page.getByRole("button", { name: "Add and test" }).click();
  const item = page.getByRole("listitem").filter({ hasText: name });
  await expect(item.getByText(/Test passed/)).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: `Enable ${name}` }).click();
  await expect(page.getByRole("button", { name: `Make default: ${name}` })).toBeVisible();
  await page.getByRole("button", { name: `Disable ${name}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable vault" }).click();
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText(`${name} is removed`)).toBeVisible();
});
