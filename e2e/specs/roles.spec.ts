import { expect, test } from "@playwright/test";
import { sessionOf } from "../support/people.ts";
import { openVm, portalUrl } from "../support/portal.ts";

test.describe("a reader of team Platform", () => {
  test.use({ storageState: sessionOf("rosa") });

  test("sees the team's VMs and no others", async ({ page }) => {
    await page.goto(`${portalUrl()}/vms`);
    await expect(page.getByRole("link", { name: "batch-01", exact: true }).first()).toBeVisible();
    await expect(page.getByRole("link", { name: "web-01", exact: true })).toHaveCount(0);
  });

  test("cannot back up, and the button is disabled", async ({ page }) => {
    await openVm(page, "batch-01");
    const button = page.getByRole("button", { name: "Back up now" });
    await expect(button).toBeVisible();
    await expect(button.and(page.locator("[disabled], [aria-disabled='true']"))).toBeVisible();
  });

  test("is refused by the server too", async ({ page }) => {
    const answer = await page.request.post(`${portalUrl()}/api/trpc/backup.start`, {
      data: { vm: "batch-01" },
      headers: { origin: portalUrl() },
    });
    expect(answer.status()).toBe(403);
  });

  test("gets the same page for another team's VM as for a missing one", async ({ page, browser }) => {
    const owner = await browser.newContext({ storageState: sessionOf("olivia") });
    const ownersPage = await owner.newPage();
    await openVm(ownersPage, "web-01");
    const path = new URL(ownersPage.url()).pathname;
    await owner.close();

    const nowhere = path.replace(/[^/]+$/, "01890000-0000-7000-8000-000000000000");
    const seen: string[] = [];
    for (const address of [path, nowhere]) {
      await page.goto(`${portalUrl()}${address}`);
      const alert = page.getByRole("alert").or(page.getByRole("heading", { name: /Page not found/ }));
      await expect(alert.first()).toBeVisible();
      await expect(page.getByText("commerce-rg")).toHaveCount(0);
      seen.push((await alert.first().locator("p, h1").first().textContent()) ?? "");
    }
    expect(seen[0]).toBe(seen[1]);
  });

  test("cannot read the audit log", async ({ page }) => {
    await page.goto(`${portalUrl()}/audit`);
    await expect(page.getByText("The audit log is for owners and auditors.").first()).toBeVisible();
  });
});

test.describe("an auditor of the organization", () => {
  test.use({ storageState: sessionOf("ada") });

  test("reads the audit log and verifies its chain", async ({ page }) => {
    // The first events of an installation leave the first page as soon as users sign in.
    await page.goto(`${portalUrl()}/audit?kind=vm.protected`);
    await expect(page.getByText("VM protected").first()).toBeVisible();
    // The engine signs the first anchor a minute after its start; until then nothing proves the chain.
    await expect(async () => {
      await page.getByRole("button", { name: "Verify the chain" }).click();
      await expect(page.getByText(/Ledger intact: [\d,.\s]+ events/)).toBeVisible({ timeout: 3_000 });
    }).toPass({ timeout: 90_000 });
    await expect(page.getByText(/Anchors prove it to/)).toBeVisible();
  });

  test("cannot start a backup", async ({ page }) => {
    const answer = await page.request.post(`${portalUrl()}/api/trpc/backup.start`, {
      data: { vm: "web-01" },
      headers: { origin: portalUrl() },
    });
    expect(answer.status()).toBe(403);
  });
});

test.describe("an operator of team Commerce", () => {
  test.use({ storageState: sessionOf("omar") });

  test("cannot create a policy", async ({ page }) => {
    await page.goto(`${portalUrl()}/policies`);
    const create = page
      .getByRole("link", { name: "New policy" })
      .or(page.getByRole("button", { name: "New policy" }));
    await expect(create.and(page.locator("[disabled], [aria-disabled='true']")).first()).toBeVisible();
  });
});

test("a request from another site is refused", async ({ browser }) => {
  const context = await browser.newContext({ storageState: sessionOf("bram") });
  const answer = await context.request.post(`${portalUrl()}/api/trpc/backup.start`, {
    data: { vm: "web-01" },
    headers: { origin: "https://elsewhere.example" },
  });
  expect(answer.status()).toBe(403);
  await context.close();
});
