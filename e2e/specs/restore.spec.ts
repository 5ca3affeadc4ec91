import { createHash } from "node:crypto";
import { expect } from "@playwright/test";
import { as } from "../support/as.ts";
import { openNewestPoint, portalUrl } from "../support/portal.ts";

const test = as("omar");
const MiB = 1024 * 1024;

test("an operator restores a disk to a new managed disk", async ({ page }) => {
  test.setTimeout(180_000);
  await openNewestPoint(page, "web-01");
  const row = page.getByRole("row").filter({ hasText: "web-01_Data0" });
  await row.getByRole("button", { name: "Restore" }).click();
  const dialog = page.getByRole("dialog");
  const disk = `restored-${Date.now().toString(36)}`;
  await dialog.getByLabel("Name of the new disk").fill(disk);
  await expect(dialog.getByText("What will happen in Azure")).toBeVisible();
  await dialog.getByRole("button", { name: "Start restore" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Disk restore of web-01" })).toBeVisible();
  await expect(page.getByText("Succeeded", { exact: true }).first()).toBeVisible({ timeout: 120_000 });
});

test("a disk downloads in ranges, as raw and as VHD", async ({ page }) => {
  await openNewestPoint(page, "web-01");
  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const address = `${portalUrl()}/api/points/${id}/disks/0`;
  const head = await page.request.get(`${address}?format=raw`, { headers: { range: "bytes=0-1048575" } });
  expect(head.status()).toBe(206);
  const size = Number(/\/(\d+)$/.exec(head.headers()["content-range"] ?? "")?.[1]);
  expect(size % MiB).toBe(0);
  const etag = head.headers()["etag"] ?? "";
  expect(etag).not.toBe("");

  // A broken download resumes: two halves of a range equal the range.
  const ranges = ["bytes=0-524287", "bytes=524288-1048575"];
  const parts = [];
  for (const range of ranges) {
    const part = await page.request.get(`${address}?format=raw`, { headers: { range, "if-range": etag } });
    expect(part.status()).toBe(206);
    parts.push(await part.body());
  }
  expect(digest(Buffer.concat(parts))).toBe(digest(await head.body()));

  const footer = await page.request.get(`${address}?format=vhd`, {
    headers: { range: `bytes=${size}-${size + 511}` },
  });
  expect(footer.status()).toBe(206);
  expect((await footer.body()).subarray(0, 8).toString("ascii")).toBe("conectix");
  const beyond = await page.request.get(`${address}?format=raw`, { headers: { range: `bytes=${size}-` } });
  expect(beyond.status()).toBe(416);
});

function digest(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
