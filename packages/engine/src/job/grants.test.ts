import { Sas } from "@kluis/azure";
import { describe, expect, it } from "vitest";
import { GrantBook } from "./grants.ts";

const HOUR = 3_600_000;

function book() {
  let now = 0;
  const asked: string[] = [];
  const grants = new GrantBook(
    async (resourceId) => {
      asked.push(resourceId);
      return { resourceId, sas: new Sas(`http://x/?sig=${asked.length}`), expiresAt: now + HOUR };
    },
    { now: () => new Date(now) },
  );
  return { grants, asked, pass: (ms: number) => void (now += ms) };
}

const { signal } = new AbortController();

describe("grants of a process", () => {
  it("are asked for once, also by callers at the same time and whatever the letter case", async () => {
    const { grants, asked } = book();
    await Promise.all([grants.get("/A", signal), grants.get("/a", signal)]);
    await grants.get("/a", signal);
    expect(asked).toEqual(["/a"]);
  });

  it("are asked for again before they end", async () => {
    const { grants, asked, pass } = book();
    await grants.get("/a", signal);
    pass(HOUR - 5 * 60_000);
    await grants.get("/a", signal);
    expect(asked).toHaveLength(2);
  });

  it("are renewed once when several readers are refused with the same grant", async () => {
    const { grants, asked } = book();
    const refused = await grants.get("/a", signal);
    const fresh = await grants.renew(refused, signal);
    expect(await grants.renew(refused, signal)).toBe(fresh);
    expect(asked).toHaveLength(2);
  });

  it("are forgotten when Azure refuses one", async () => {
    let fail = true;
    const grants = new GrantBook(
      async (resourceId) => {
        if (fail) throw new Error("no");
        return { resourceId, sas: new Sas("http://x/?sig=1"), expiresAt: HOUR };
      },
      { now: () => new Date(0) },
    );
    await expect(grants.get("/a", signal)).rejects.toThrow("no");
    fail = false;
    await expect(grants.get("/a", signal)).resolves.toMatchObject({ resourceId: "/a" });
  });
});
