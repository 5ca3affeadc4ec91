import { expect } from "@playwright/test";
import { onOnePageAs } from "../support/as.ts";
import { openVm, portalUrl } from "../support/portal.ts";

const test = onOnePageAs("olivia");

test("a kept snapshot is listed with its time, and opens its recovery point", async ({ page }) => {
  await openVm(page, "sql-01");
  await expect(page.getByText("Instant restore").first()).toBeVisible();
  await page.getByRole("tab", { name: /Snapshots/ }).click();
  const row = page.getByRole("list", { name: "Snapshots" }).getByRole("listitem").first();
  await expect(row.getByText("Kept")).toBeVisible();
  await expect(row.getByText(/For instant restore until .+ (CET|CEST|UTC)/)).toBeVisible();
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: "Recovery point of sql-01" })).toBeVisible();
});

test("a VM shows its guest before and after its first backup, and the lists of its disks", async ({
  page,
}) => {
  await openVm(page, "sql-01");
  await page.getByRole("tab", { name: "Protection" }).click();
  const guest = page.getByRole("region", { name: "Changes in the Windows guest" });
  const runtime = guest.getByRole("row").filter({ hasText: "Visual C++ 2013 (x64)" });
  await expect(runtime.getByRole("cell")).toHaveCount(2);
  await page.getByRole("tab", { name: /Disks/ }).click();
  await expect(page.getByRole("columnheader", { name: "Lists of changes" })).toBeVisible();
});

test("a backup shows each try of its snapshot, the level it reached, and what it left in Azure", async ({
  page,
}) => {
  await page.goto(`${portalUrl()}/jobs?search=sql-01&state=succeeded`);
  await page.getByRole("row").getByRole("link", { name: "Backup" }).last().click();
  const snapshot = page.getByRole("region", { name: "Snapshot", exact: true });
  await expect(snapshot.getByText("Application-consistent")).toHaveCount(2);
  const tries = snapshot.getByRole("list", { name: "Tries of the snapshot" }).getByRole("listitem");
  await expect(tries).toHaveCount(1);
  await expect(tries.first()).toContainText("With the guest");
  await expect(tries.first()).toContainText("Succeeded");
  await expect(page.getByRole("region", { name: "In Azure" }).getByText("Kept")).toBeVisible();
});

test("a backup shows the same in Dutch", async ({ page }) => {
  await page.context().addCookies([{ name: "kluis-locale", value: "nl", url: portalUrl() }]);
  await page.reload();
  await expect(page.getByRole("list", { name: "Pogingen voor de momentopname" })).toContainText("Geslaagd");
  await page.context().addCookies([{ name: "kluis-locale", value: "en", url: portalUrl() }]);
});
