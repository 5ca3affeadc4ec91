/** Changes of configuration that a guardrail lets no one make alone: one owner requests, another one approves. */
import { type APIRequestContext, expect } from "@playwright/test";
import { z } from "zod";
import { approveAsOtto } from "../support/approve.ts";
import { as } from "../support/as.ts";
import { sessionOf } from "../support/people.ts";
import { portalUrl } from "../support/portal.ts";

const test = as("olivia");

const answer = z.object({ result: z.object({ data: z.unknown() }) });

async function call(request: APIRequestContext, path: string, input: unknown): Promise<unknown> {
  const url = `${portalUrl()}/api/trpc/${path}`;
  const sent = await request.post(url, { data: input, headers: { origin: portalUrl() } });
  expect(sent.ok(), await sent.text()).toBe(true);
  return answer.parse(await sent.json()).result.data;
}

async function read(request: APIRequestContext, path: string, input?: unknown): Promise<unknown> {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  return answer.parse(await (await request.get(`${portalUrl()}/api/trpc/${path}${query}`)).json()).result
    .data;
}

const guardrails = z.object({ version: z.number(), document: z.object({ approvals: z.unknown() }) });
const requested = z.object({ requested: z.object({ id: z.string() }) });
const waiting = z.object({ now: z.object({ seen: z.string() }) });

/** Ends the guardrail as two users: the other tests change the configuration alone. */
async function endGuardrail(one: APIRequestContext, other: APIRequestContext): Promise<void> {
  const { version, document } = guardrails.parse(await read(one, "guardrails.get"));
  if (document.approvals === undefined) return;
  const input = { expectedVersion: version, document: {} };
  const asked = await call(one, "approvals.request", {
    change: "guardrails.update",
    input,
    reason: "the test ends",
  });
  const approval = requested.parse(asked).requested.id;
  const { now } = waiting.parse(await read(other, "approvals.get", { approval }));
  await call(other, "approvals.approve", { approval, seen: now.seen });
}

test.afterAll(async ({ browser }) => {
  const one = await browser.newContext({ storageState: sessionOf("olivia") });
  const other = await browser.newContext({ storageState: sessionOf("otto") });
  await endGuardrail(one.request, other.request);
  await one.close();
  await other.close();
});

test("an owner enforces a second person, requests a change, and another owner approves it", async ({
  page,
  browser,
  context,
}) => {
  // Two users and two languages, on a machine that also backs up.
  test.setTimeout(180_000);
  await page.goto(`${portalUrl()}/settings?tab=guardrails`);
  await page.getByRole("checkbox", { name: /Second person for changes of configuration/ }).check();
  await page.getByRole("button", { name: "Save guardrails" }).click();
  await expect(page.getByText(/Version \d+ of the guardrails is in force/)).toBeVisible();

  await page.goto(`${portalUrl()}/teams`);
  await page.getByRole("button", { name: "New team" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Finance");
  await page.getByRole("dialog").getByRole("button", { name: "New team" }).click();
  const ask = page.getByRole("alertdialog", { name: "A second person must approve this" });
  await expect(ask.getByText("Create a team")).toBeVisible();
  await ask.getByRole("textbox", { name: /Why/ }).fill("the new department");
  await ask.getByRole("textbox", { name: "Ticket (optional)" }).fill("CHG-12");
  await ask.getByRole("combobox").click();
  await page.getByRole("option", { name: "1 day" }).click();
  await ask.getByRole("button", { name: "Request approval" }).click();
  await expect(page).toHaveURL(/\/approvals\/[0-9a-f-]{36}$/u);
  await expect(page.getByText("CHG-12")).toBeVisible();
  const address = page.url();

  const otto = await browser.newContext({ storageState: sessionOf("otto"), locale: "en-GB" });
  const second = await otto.newPage();
  await second.goto(portalUrl());
  await expect(second.getByText("1 request waits for your decision")).toBeVisible();
  await otto.close();
  await context.addCookies([{ name: "kluis-locale", value: "nl", url: portalUrl() }]);
  await page.goto(address);
  await expect(page.getByRole("heading", { name: "Team maken" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Goedkeuren", exact: true })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await context.clearCookies({ name: "kluis-locale" });
  await page.goto(address);
  await approveAsOtto(page, browser);
  await page.goto(`${portalUrl()}/teams`);
  await expect(page.getByRole("link", { name: "Finance" })).toBeVisible();
  await page.goto(portalUrl());
  await expect(page.getByText(/of your requests/)).toBeVisible();
});
