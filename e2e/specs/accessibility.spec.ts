import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { onOnePageAs } from "../support/as.ts";
import { openNewestPoint, openVm, portalUrl } from "../support/portal.ts";

const test = onOnePageAs("olivia");

/** Every page, with the element that shows that its content has loaded. */
const pages: readonly { readonly name: string; readonly open: (page: Page) => Promise<void> }[] = [
  ...[
    "Overview /",
    "Virtual machines /vms",
    "Jobs /jobs",
    "Recovery points /points",
    "Approvals /approvals",
    "Policies /policies",
    "Teams and roles /teams",
    "Users /people",
  ].map(at),
  ...[
    "New policy /policies/new",
    "Assignment rules /policies/rules",
    "New rule /policies/rules/new",
    "Reports /reports",
    "Audit log /audit",
    "Settings /settings",
  ].map(at),
  ...["connections", "vaults"].map((tab) => ({
    name: `the settings of ${tab}`,
    open: async (page: Page) => {
      await page.goto(`${portalUrl()}/settings?tab=${tab}`);
      await expect(page.getByRole("heading", { level: 3, name: "main" })).toBeVisible();
    },
  })),
  {
    name: "a transfer window",
    open: async (page) => {
      await page.goto(`${portalUrl()}/policies/new`);
      await page.getByRole("radio", { name: /Only at certain hours/ }).check();
      await expect(page.getByRole("checkbox", { name: "Monday" })).toBeVisible();
    },
  },
  { name: "a machine", open: (page) => openVm(page, "web-01") },
  ...["Snapshots", "Protection"].map((tab) => ({
    name: `a machine's tab ${tab}`,
    open: async (page: Page) => {
      await openVm(page, "sql-01");
      await page.getByRole("tab", { name: new RegExp(tab) }).click();
      await expect(page.getByRole("tabpanel", { name: new RegExp(tab) })).toBeVisible();
    },
  })),
  { name: "a recovery point", open: (page) => openNewestPoint(page, "sql-01") },
  {
    name: "a job",
    open: async (page) => {
      await page.goto(`${portalUrl()}/jobs`);
      await page
        .getByRole("row")
        .getByRole("link", { name: /Backup/ })
        .first()
        .click();
      await expect(page.getByText("Timeline").first()).toBeVisible();
    },
  },
  {
    name: "a policy",
    open: async (page) => {
      await page.goto(`${portalUrl()}/policies`);
      await page.getByRole("link", { name: "standard-daily" }).first().click();
      await expect(page.getByRole("heading", { level: 1, name: "standard-daily" })).toBeVisible();
    },
  },
];

function at(entry: string): { name: string; open: (page: Page) => Promise<void> } {
  const cut = entry.lastIndexOf(" ");
  const [name, path] = [entry.slice(0, cut), entry.slice(cut + 1)];
  return {
    name,
    open: async (page) => {
      await page.goto(`${portalUrl()}${path}`);
      await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    },
  };
}

for (const { name, open } of pages) {
  test(`${name} passes the automatic WCAG 2.2 AA checks in both themes`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    await open(page);
    await expect(page.getByRole("status").filter({ hasText: /loading/i })).toHaveCount(0);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      // The pages have no frames, whose results axe would put together on a second page.
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode()
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
        .analyze();
      const found = violations.map(
        ({ id, nodes }) => `${colorScheme} ${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
      );
      expect(found).toEqual([]);
    }
  });
}
