/** Assign by tag rule: the dry run explains each machine before the rule is saved. In English and in Dutch. */
import { expect } from "@playwright/test";
import { as } from "../support/as.ts";
import { portalUrl } from "../support/portal.ts";

const test = as("olivia");

const words = {
  en: {
    name: "Name",
    tag: "Name of the tag",
    values: "Values",
    dryRun: "Dry run",
    protected: "Already protected",
    save: "Save rule",
    remove: "Delete rule",
    empty: "Enter a tag to see what the rule would do.",
  },
  nl: {
    name: "Naam",
    tag: "Naam van de tag",
    values: "Waarden",
    dryRun: "Proefronde",
    protected: "Al beveiligd",
    save: "Regel opslaan",
    remove: "Regel verwijderen",
    empty: "Voer een tag in om te zien wat de regel zou doen.",
  },
} as const;

for (const locale of ["en", "nl"] as const) {
  test(`a rule by tag is tried, saved and deleted (${locale})`, async ({ page }) => {
    const word = words[locale];
    const name = `tag-${locale}-${Date.now().toString(36)}`;
    await page.context().addCookies([{ name: "kluis-locale", value: locale, url: portalUrl() }]);
    await page.goto(`${portalUrl()}/policies/rules/new`);
    const dryRun = page.getByRole("region", { name: word.dryRun });
    await expect(dryRun.getByText(word.empty)).toBeVisible();
    await page.getByLabel(word.name, { exact: true }).fill(name);
    await page.getByLabel(word.tag, { exact: true }).fill("Environment");
    await page.getByLabel(word.values, { exact: true }).fill("production");
    const row = dryRun.getByRole("listitem").filter({ hasText: "web-01" });
    await expect(row.getByText(word.protected)).toBeVisible();
    await page.getByRole("button", { name: word.save }).click();
    await page.getByRole("link", { name }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await page.getByRole("button", { name: word.remove }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: word.remove }).click();
    await expect(page).toHaveURL(/\/policies\/rules$/);
    await expect(page.getByRole("link", { name })).toHaveCount(0);
  });
}
