/** Every page in the pseudo-locale: a text without ⟦brackets⟧ is hard-coded, unless it is data. */
import { expect, type Page } from "@playwright/test";
import { onOnePageAs } from "../support/as.ts";
import { portalUrl } from "../support/portal.ts";
import { isData } from "../support/pseudo.ts";

const test = onOnePageAs("olivia");

/** The texts and names of the page outside brackets, piece by piece. Values are marked in the page: time, code, data-value. */
function textsOutsideBrackets(): readonly string[] {
  const skipped = "time, code, pre, script, style, [data-value], [lang]:not(html)";
  const names = ["aria-label", "title", "placeholder", "aria-valuetext", "alt"];
  const blocks = new Map<Element, string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent === null || parent.closest(skipped) !== null || !parent.checkVisibility()) continue;
    let block: Element = parent;
    while (block.parentElement !== null && getComputedStyle(block).display.startsWith("inline")) {
      block = block.parentElement;
    }
    blocks.set(block, (blocks.get(block) ?? "") + (node.textContent ?? ""));
  }
  const attributes = [...document.querySelectorAll(names.map((name) => `body [${name}]`).join(","))]
    .filter((element) => element.closest("[data-value], [lang]:not(html)") === null)
    .flatMap((element) => names.map((name) => element.getAttribute(name) ?? ""));
  const withoutMessages = (text: string): string => {
    const next = text.replaceAll(/⟦[^⟦⟧]*⟧/gu, "\u0001");
    return next === text ? text : withoutMessages(next);
  };
  return [...blocks.values(), ...attributes].flatMap((text) =>
    withoutMessages(text)
      .split("\u0001")
      .map((piece) => piece.trim())
      .filter((piece) => /\p{L}{2,}/u.test(piece)),
  );
}

async function hardCoded(page: Page): Promise<readonly string[]> {
  // By tag: behind an open dialog the heading has no role.
  await expect(page.locator("h1").first()).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: "Löádíñg" })).toHaveCount(0);
  const texts = await page.evaluate(textsOutsideBrackets);
  return [...new Set(texts.filter((text) => !isData(text)))];
}

/** The address of the first link that matches, on a list. */
async function firstLink(page: Page, list: string, prefix: string): Promise<string> {
  await page.goto(`${portalUrl()}${list}`);
  const link = page.locator(`td a[href^="${prefix}"], th a[href^="${prefix}"]`).first();
  return (await link.getAttribute("href")) ?? list;
}

test.beforeEach(async ({ page }) => {
  await page.context().addCookies([{ name: "kluis-locale", value: "en-XA", url: portalUrl() }]);
});

for (const path of [
  "/",
  "/vms",
  "/vms?search=nothing-has-this-name",
  "/policies",
  "/policies/new",
  "/policies/rules",
  "/policies/rules/new",
  "/jobs",
  "/points",
  "/approvals",
  "/reports",
  "/audit",
  "/settings",
  "/settings?tab=tokens",
  "/settings?tab=you",
  "/no-such-page",
  "/signed-out",
  "/signed-out?reason=expired",
]) {
  test(`${path} has no hard-coded text`, async ({ page }) => {
    await page.goto(`${portalUrl()}${path}`);
    await expect(page.locator("html")).toHaveAttribute("lang", "en-XA");
    expect(await hardCoded(page)).toEqual([]);
  });
}

for (const [name, list, prefix, tabs] of [
  ["a virtual machine", "/vms?search=sql", "/vms/", ["", "?tab=jobs", "?tab=disks", "?tab=protection"]],
  ["a job", "/jobs", "/jobs/", [""]],
  ["a recovery point", "/points?search=sql", "/points/", [""]],
  ["a policy", "/policies", "/policies/", ["", "?tab=vms", "?tab=versions"]],
] as const) {
  test(`${name} has no hard-coded text`, async ({ page }) => {
    const address = await firstLink(page, list, prefix);
    const found: string[] = [];
    for (const tab of tabs) {
      await page.goto(`${portalUrl()}${address}${tab}`);
      found.push(...(await hardCoded(page)));
    }
    expect([...new Set(found)]).toEqual([]);
  });
}

test("dialogs and menus have no hard-coded text", async ({ page }) => {
  await page.goto(`${portalUrl()}/settings?tab=tokens`);
  await page.locator("#tokens button").first().click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.getByRole("radio").nth(1).check();
  expect(await hardCoded(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.goto(`${portalUrl()}${await firstLink(page, "/vms?search=sql", "/vms/")}`);
  await page.locator("#content [aria-haspopup=menu]").first().click();
  await expect(page.getByRole("menu")).toBeVisible();
  expect(await hardCoded(page)).toEqual([]);
  await page.getByRole("menuitem").first().click();
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await hardCoded(page)).toEqual([]);
});
