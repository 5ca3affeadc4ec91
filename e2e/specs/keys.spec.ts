import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { as } from "../support/as.ts";
import { portalUrl } from "../support/portal.ts";

const test = as("olivia");
const label = `Safe ${Date.now().toString(36)}`;

async function openKeys(page: Page): Promise<void> {
  await page.goto(`${portalUrl()}/settings?tab=keys`);
  await expect(page.getByText("Used by Kluis").first()).toBeVisible();
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)).toEqual([]);
}

test("a recovery key is made, shown once, and proven by typing it back", async ({ page }) => {
  await openKeys(page);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Make recovery key: main" }).click();
  await page.getByLabel("Where it is kept").fill(label);
  await page.getByRole("button", { name: "Make key" }).click();
  const papers = page.getByRole("dialog");
  await expect(papers.getByRole("heading", { name: "Put it on paper now" })).toBeVisible({ timeout: 60_000 });
  await expect(papers.getByRole("img", { name: "QR code of the same text" })).toBeVisible();
  await expectAccessible(page);
  // Dark on white on paper, also in the dark theme.
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const sheet = page.locator(".print-sheets [data-secret] li").first();
  await expect(sheet).toHaveCSS("color", "rgb(0, 0, 0)");
  await expect(page.locator("body")).toHaveCSS("background-color", "rgb(255, 255, 255)");
  await page.emulateMedia({ media: null, colorScheme: null });
  const groups = await papers
    .locator("[data-secret] li")
    .evaluateAll((items) => items.map((item) => item.lastChild?.textContent ?? ""));
  expect(groups.length).toBeGreaterThan(5);
  // Escape does not lose it, and neither address nor storage has it.
  await page.keyboard.press("Escape");
  const text = groups.join("-");
  const stored = await page.evaluate(() =>
    [localStorage, sessionStorage]
      .flatMap((store) => Array.from({ length: store.length }, (_, at) => store.getItem(store.key(at) ?? "")))
      .join(document.cookie),
  );
  expect(`${page.url()}${stored}`).not.toContain(groups.slice(0, 2).join("-"));
  await papers.getByRole("button", { name: "I have it on paper" }).click();

  const prove = page.getByRole("dialog");
  await expect(prove.getByRole("heading", { name: "Type the key back" })).toBeVisible();
  await expectAccessible(page);
  const wrong = `${text.slice(0, 3)}${text[3] === "2" ? "3" : "2"}${text.slice(4)}`;
  await prove.getByLabel("Recovery key, or shares one a line").fill(wrong);
  await prove.getByRole("button", { name: "Prove" }).click();
  await expect(prove.getByText(/Group 1/)).toBeVisible();
  await prove.getByLabel("Recovery key, or shares one a line").fill(text.toLowerCase());
  await prove.getByRole("button", { name: "Prove" }).click();
  await expect(page.getByText("The key is proven: it opens main")).toBeVisible({ timeout: 30_000 });

  await page.reload();
  const item = page.getByRole("listitem").filter({ hasText: label });
  await expect(item.getByText(/Proven/)).toBeVisible();
  expect(await page.content()).not.toContain(groups.slice(0, 2).join("-"));
  // The last proven key stays.
  await page.getByRole("button", { name: `Remove ${label}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove key" }).click();
  await expect(page.getByText(/only key on paper that was proven/).first()).toBeVisible();
});

test("the forms of other keys are accessible, check their fields, and give the focus back", async ({
  page,
}) => {
  await openKeys(page);
  for (const name of ["Make shares: main", "Add key in Key Vault: main", "Add key file: main"]) {
    const button = page.getByRole("button", { name });
    await button.press("Enter");
    const form = page.getByRole("dialog");
    await form.getByRole("textbox").first().press("Enter");
    await expect(form.getByText(/^Enter /).first()).toBeVisible();
    if (name.startsWith("Make shares")) {
      await form.getByLabel("Where it is kept").fill(label);
      await form.getByLabel("Needed to open").fill("5");
      await form.getByLabel("Needed to open").press("Enter");
      await expect(form.getByText("Enter a whole number from 2 to the number of shares.")).toBeVisible();
    }
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(form).toBeHidden();
    await expect(button).toBeFocused();
  }
});
