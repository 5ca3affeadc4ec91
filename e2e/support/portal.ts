import { expect, type Page } from "@playwright/test";
import { type PersonKey, people } from "./people.ts";

/** Returns the URL of the portal that the global setup started. */
export function portalUrl(): string {
  const url = process.env["KLUIS_E2E_URL"];
  if (url === undefined) throw new Error("The global setup has not started a portal.");
  return url;
}

/** Signs in through the portal's button and the local Entra. */
export async function signIn(page: Page, person: PersonKey): Promise<void> {
  await page.goto(portalUrl());
  await page.getByRole("link", { name: "Sign in with Microsoft" }).click();
  await page.getByRole("button", { name: people[person].name }).click();
  await expect(page.getByRole("button", { name: `Account of ${people[person].name}` })).toBeVisible();
}

/** Opens a VM's page from the list. */
export async function openVm(page: Page, name: string): Promise<void> {
  await page.goto(`${portalUrl()}/vms`);
  await page.getByRole("link", { name, exact: true }).first().click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** Opens the newest recovery point of a VM from the list of points. */
export async function openNewestPoint(page: Page, vm: string): Promise<void> {
  await page.goto(`${portalUrl()}/points?search=${vm}`);
  const row = page.getByRole("row").filter({ hasText: vm }).first();
  await row.getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1, name: `Recovery point of ${vm}` })).toBeVisible();
}
