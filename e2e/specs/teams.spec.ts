import { expect } from "@playwright/test";
import { as } from "../support/as.ts";
import { portalUrl } from "../support/portal.ts";

const admin = as("bram");

admin(
  "a team's administrator gives a role, is refused one of an owner, and explains an access",
  async ({ page }) => {
    await page.goto(`${portalUrl()}/teams`);
    await page.getByRole("link", { name: "Commerce" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Commerce" })).toBeVisible();

    await page.getByRole("button", { name: "Add member" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "User name" }).fill("rosa@contoso.example");
    await dialog.getByRole("combobox", { name: "Role" }).click();
    await page.getByRole("option", { name: /Owner/ }).click();
    await dialog.getByRole("button", { name: "Add member" }).click();
    await expect(dialog.getByText(/so you can neither give nor take it/)).toBeVisible();
    await dialog.getByRole("combobox", { name: "Role" }).click();
    await page.getByRole("option", { name: /Reader/ }).click();
    await dialog.getByRole("button", { name: "Add member" }).click();
    await expect(page.getByRole("button", { name: "Remove the role Reader from Rosa Reader" })).toBeVisible();

    await page.getByRole("textbox", { name: "User" }).fill("omar@contoso.example");
    await page.getByRole("textbox", { name: "Virtual machine" }).fill("web-01");
    await page.getByRole("button", { name: "Explain" }).click();
    await expect(page.getByText("Omar Operator may do this")).toBeVisible();

    await page.getByRole("button", { name: "Remove the role Reader from Rosa Reader" }).click();
    await page.getByRole("button", { name: "Take role away" }).click();
    await expect(page.getByRole("button", { name: "Remove the role Reader from Rosa Reader" })).toHaveCount(
      0,
    );
  },
);

admin("explains in Dutch what is missing, and who can give it", async ({ page, context }) => {
  await context.addCookies([{ name: "kluis-locale", value: "nl", url: portalUrl() }]);
  await page.goto(`${portalUrl()}/teams/commerce`);
  await page.getByRole("textbox", { name: "Gebruiker" }).fill("omar@contoso.example");
  await page.getByRole("combobox", { name: "Actie" }).click();
  await page.getByRole("option", { name: "Herstelpunten verwijderen" }).click();
  await page.getByRole("button", { name: "Uitleggen" }).click();
  await expect(page.getByText("Omar Operator mag dit niet")).toBeVisible();
  await expect(page.getByText("Wie het kan geven")).toBeVisible();
});
