import { type Browser, expect, type Page } from "@playwright/test";
import { sessionOf } from "./people.ts";

/** Approves, as the second owner, the request whose page is open. Its requester cannot. */
export async function approveAsOtto(page: Page, browser: Browser): Promise<void> {
  await expect(page).toHaveURL(/\/approvals\/[0-9a-f-]{36}$/u);
  const approve = page.getByRole("button", { name: "Approve", exact: true });
  await expect(approve).toHaveAttribute("aria-disabled", "true");
  const context = await browser.newContext({ storageState: sessionOf("otto") });
  const second = await context.newPage();
  await second.goto(page.url());
  await second.getByRole("button", { name: "Approve", exact: true }).click();
  await second
    .getByRole("alertdialog")
    .getByRole("button", { name: /^Approve: / })
    .click();
  await expect(second.getByText("Decided")).toBeVisible();
  await context.close();
}
