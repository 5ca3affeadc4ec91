import { expect, type Page } from "@playwright/test";
import { as } from "../support/as.ts";
import { deleteVm, importVm } from "../support/azure.ts";
import { openVm, portalUrl } from "../support/portal.ts";

const test = as("olivia");
const name = `legacy-${Date.now().toString(36)}`;

async function refresh(page: Page): Promise<void> {
  await page.goto(`${portalUrl()}/vms`);
  await page.getByRole("button", { name: "Refresh from Azure" }).click();
  await expect(page.getByText(/read from Azure$/)).toBeVisible({ timeout: 30_000 });
}

test.afterEach(async ({ page }) => {
  await deleteVm(name);
  await refresh(page);
});

test("a VM that Azure cannot snapshot shows why, and what to do, before any job", async ({ page }) => {
  await importVm(name, "Standard_D2_v2", "no-agent");
  await refresh(page);
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row.getByText("No backup possible")).toBeVisible();
  await openVm(page, name);
  const card = page.getByRole("region", { name: "What backups of this VM depend on" });
  await expect(card.getByText("Not possible")).toBeVisible();
  await expect(card.getByText(/VM size without premium storage\.$/)).toBeVisible();
  await expect(card.getByText(/choose a size with premium storage\.$/)).toBeVisible();
  await expect(card.getByText("Standard_D2_v2")).toBeVisible();

  await page.context().addCookies([{ name: "kluis-locale", value: "nl", url: portalUrl() }]);
  await page.reload();
  const kaart = page.getByRole("region", { name: "Waar back-ups van deze VM van afhangen" });
  await expect(kaart.getByText("Niet mogelijk")).toBeVisible();
  await page.context().addCookies([{ name: "kluis-locale", value: "en", url: portalUrl() }]);
});

test("a stopped VM that cannot have a restore point shows that each disk gets a snapshot", async ({
  page,
}) => {
  await importVm(name, "Standard_D2_v2", "stopped");
  await refresh(page);
  await expect(page.getByRole("row").filter({ hasText: name }).getByText("No backup possible")).toHaveCount(
    0,
  );
  await openVm(page, name);
  const card = page.getByRole("region", { name: "What backups of this VM depend on" });
  await expect(card.getByText(/takes a snapshot of each disk\.$/)).toBeVisible();
});
