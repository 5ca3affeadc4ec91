import { Sas } from "@kluis/azure";
import { describe, expect, it } from "vitest";
import { GrantBook } from "./grants.ts";

const HOUR = 3_600_000;

function book() {
  let now = 0;
  const requested: string[] = [];
  const grants = new GrantBook(
    async (resourceId) => {
      requested.push(resourceId);
      return { resourceId, sas: new Sas(`http://x/?sig=${requested.length}`), expiresAt: now + HOUR };
    },
    { now: () => new Date(now) },
  );
  return { grants, requested, pass: (ms: number) => void (now += ms) };
}

const { signal } = new AbortController();

describe("GrantBook", () => {
  it("requests a grant once for concurrent callers and any letter case", async () => {
    const { grants, requested } = book();
    await Promise.all([grants.get("/A", signal), grants.get("/a", signal)]);
    await grants.get("/a", signal);
    expect(requested).toEqual(["/a"]);
  });

  it("requests a new grant before the old one expires", async () => {
    const { grants, requested, pass } = book();
    await grants.get("/a", signal);
    pass(HOUR - 5 * 60_000);
    await grants.get("/a", signal);
    expect(requested).toHaveLength(2);
  });

  it("renews a refused grant once for several readers", async () => {
    const { grants, requested } = book();
    const refused = await grants.get("/a", signal);
    const fresh = await grants.renew(refused, signal);
    expect(await grants.renew(refused, signal)).toBe(fresh);
    expect(requested).toHaveLength(2);
  });

  it("forgets a request that Azure refused", async () => {
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
