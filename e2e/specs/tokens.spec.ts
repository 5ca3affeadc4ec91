import { expect, type Page, test as plain } from "@playwright/test";
import { as } from "../support/as.ts";
import { people } from "../support/people.ts";
import { portalUrl, signIn } from "../support/portal.ts";

const owner = as("olivia");

/** Calls procedures with a token, as a script does. */
function scriptOf(page: Page, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  return async (path: string, input?: object): Promise<[number, string]> => {
    const url = `${portalUrl()}/api/trpc/${path}`;
    const answer =
      input === undefined
        ? await page.request.get(url, { headers })
        : await page.request.post(url, { headers, data: input });
    return [answer.status(), await answer.text()];
  };
}

owner(
  "a token of an agent for one team sees that team, requests, and ends when it is revoked",
  async ({ page }) => {
    await page.goto(`${portalUrl()}/settings?tab=tokens`);
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("Name", { exact: true }).fill("spec bot");
    await page.getByRole("radio", { name: /Agent/ }).check();
    await page.getByRole("combobox", { name: "Reach" }).click();
    await page.getByRole("option", { name: "Team Platform only" }).click();
    await page.getByLabel("Ends when unused (days)").fill("30");
    await expect(page.getByLabel("Restore to new disks")).toHaveCount(0);
    await page.getByLabel("See VMs, jobs, recovery points and policies").check();
    await page.getByLabel(/^Protect VMs/).check();
    await page.getByRole("button", { name: "Create token" }).click();
    const dialog = page.getByRole("dialog", { name: "Copy your token now" });
    const token = /kluis_[\w-]{43}/.exec(await dialog.innerText())?.[0] ?? "";
    await dialog.getByLabel("I have copied the token").check();
    await dialog.getByRole("button", { name: "Close" }).click();
    const row = page.getByRole("row", { name: /spec bot/ });
    await expect(row).toContainText("Agent");
    await expect(row).toContainText("Team Platform only");

    const call = scriptOf(page, token);
    const [, vms] = await call("vms.list");
    expect(vms).not.toContain("web-01");
    expect(await call("people.disable", { person: "x", reason: "a test" })).toEqual([
      403,
      expect.stringContaining("A token of an agent reads and requests"),
    ]);
    await page.reload();
    await row.getByRole("button", { name: "Revoke spec bot" }).click();
    await page.getByRole("button", { name: "Revoke token" }).click();
    // While the dialog is open, the rows behind it do not exist for a screen reader either.
    await expect(page.getByText("spec bot is revoked")).toBeVisible();
    await expect(row).toHaveCount(0);
    expect((await call("vms.list"))[0]).toBe(401);
    await page.getByLabel("Show tokens that work no more").check();
    await expect(row).toContainText("Revoked");
  },
);

plain("a user ends the session of this browser, and the owner sees the others", async ({ page, browser }) => {
  await signIn(page, "rosa");
  const second = await browser.newPage();
  await signIn(second, "otto");
  await second.goto(`${portalUrl()}/people`);
  await second.getByRole("link", { name: new RegExp(people.rosa.name) }).click();
  await expect(second.getByRole("heading", { level: 1, name: people.rosa.name })).toBeVisible();
  // The newest session is the first one.
  const sessions = second.locator("#sessions tbody tr");
  await expect(sessions.first()).toBeVisible();
  const before = await sessions.count();

  await page.goto(`${portalUrl()}/settings?tab=you`);
  const own = page.getByRole("row", { name: /This session/ });
  await own.getByRole("button", { name: /End the session/ }).click();
  await expect(page.getByRole("link", { name: "Sign in with Microsoft" })).toBeVisible();
  await second.reload();
  await expect(sessions).toHaveCount(before - 1);

  await signIn(page, "rosa");
  await second.reload();
  await expect(sessions).toHaveCount(before);
  await sessions
    .first()
    .getByRole("button", { name: /End the session/ })
    .click();
  await expect(sessions).toHaveCount(before - 1);
  await page.goto(`${portalUrl()}/vms`);
  await expect(page.getByRole("link", { name: "Sign in with Microsoft" })).toBeVisible();
  await second.close();
});

owner("the page of the first owner leads on when there is one", async ({ page }) => {
  await page.goto(`${portalUrl()}/claim`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
});
