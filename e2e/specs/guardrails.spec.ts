import { type BrowserContext, expect, type Page } from "@playwright/test";
import { as } from "../support/as.ts";
import { sessionOf } from "../support/people.ts";
import { portalUrl } from "../support/portal.ts";

const owner = as("olivia");

async function setDays(page: Page, days: string): Promise<void> {
  await page.goto(`${portalUrl()}/settings?tab=guardrails`);
  await page.getByRole("textbox", { name: "Days with a recovery point, at least" }).fill(days);
  await expect(page.getByRole("button", { name: "Save guardrails" })).not.toHaveAttribute(
    "aria-busy",
    "true",
  );
  await page.getByRole("button", { name: "Save guardrails" }).click();
  const dialog = page.getByRole("alertdialog");
  // Policies do not keep the guardrail, and remove points earlier again without it.
  await dialog.getByRole("button", { name: "Save guardrails" }).click();
  await expect(page.getByText(/Version \d+ of the guardrails is in force/)).toBeVisible();
}

async function inDutch(context: BrowserContext): Promise<void> {
  await context.addCookies([{ name: "kluis-locale", value: "nl", url: portalUrl() }]);
}

owner("an owner's guardrail refuses the policy of a team's administrator", async ({ page, browser }) => {
  await setDays(page, "3000");
  await expect(
    page
      .getByRole("region", { name: "To repair" })
      .getByText(/at least 3000 are required/)
      .first(),
  ).toBeVisible();
  const context = await browser.newContext({ storageState: sessionOf("bram"), locale: "en-GB" });
  try {
    const admin = await context.newPage();
    await admin.goto(`${portalUrl()}/settings?tab=guardrails`);
    await expect(admin.getByRole("tab", { name: "API tokens" })).toBeVisible();
    await expect(admin.getByRole("tab", { name: "Guardrails" })).toHaveCount(0);
    await admin.goto(`${portalUrl()}/policies/new`);
    await admin.getByRole("textbox", { name: "Name" }).fill("too-short");
    await expect(admin.getByText("A guardrail does not allow this policy")).toBeVisible();
    await admin.getByRole("button", { name: "Create policy" }).click();
    await expect(admin.getByRole("alert").getByText(/at least 3000 are required/)).toBeVisible();
    await inDutch(context);
    await admin.reload();
    await expect(admin.getByText("Een kader staat dit beleid niet toe")).toBeVisible();
    await expect(admin.getByText(/minstens 3000 is verplicht/).first()).toBeVisible();
  } finally {
    await context.close();
    await setDays(page, "");
  }
});

owner("shows the guardrails in Dutch", async ({ page, context }) => {
  await inDutch(context);
  await page.goto(`${portalUrl()}/settings?tab=guardrails`);
  await expect(page.getByRole("heading", { name: "Te herstellen" })).toBeVisible();
  await page.getByRole("textbox", { name: "Dagen met een herstelpunt, minstens" }).fill("x");
  await expect(page.getByText("Voer een geheel getal van 1 tot en met 3650 in, of niets.")).toBeVisible();
  await page.getByRole("button", { name: "Wijzigingen verwerpen" }).click();
  await expect(page.getByText("Er zijn niet-opgeslagen wijzigingen.")).toHaveCount(0);
});
