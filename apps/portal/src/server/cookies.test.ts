import { afterEach, expect, test, vi } from "vitest";
import type * as Cookies from "./cookies.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

async function cookiesUnder(publicUrl: string): Promise<typeof Cookies> {
  vi.resetModules();
  for (const name of ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET_FILE"]) vi.stubEnv(`KLUIS_ENTRA_${name}`, "x");
  vi.stubEnv("KLUIS_PUBLIC_URL", publicUrl);
  return import("./cookies.ts");
}

test("under https only this host can set the session's cookie", async () => {
  const cookies = await cookiesUnder("https://kluis.example");
  expect(cookies.sessionCookie()).toBe("__Host-kluis-session");
  expect(cookies.sessionCookieOptions()).toMatchObject({ secure: true, path: "/", httpOnly: true });
  expect(cookies.pendingCookie("a")).toMatch(/^__Secure-/);
});

test("on loopback the cookie works without https", async () => {
  const cookies = await cookiesUnder("http://localhost:3000");
  expect(cookies.sessionCookie()).toBe("kluis-session");
  expect(cookies.sessionCookieOptions().secure).toBe(false);
});

test("each sign-in in progress has its own cookie, and a browser keeps few", async () => {
  const { pendingCookie, stalePending } = await cookiesUnder("http://localhost:3000");
  const names = Array.from({ length: 20 }, (_, index) => pendingCookie(`state-${index}`));
  expect(new Set(names).size).toBe(20);
  const stale = stalePending(["kluis-session", ...names]);
  expect(stale).toEqual(names.slice(0, 13));
  expect(stalePending(names.slice(0, 3))).toEqual([]);
});
