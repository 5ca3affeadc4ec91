import { describe, expect, it } from "vitest";
import { allowedOrigins, contentSecurityPolicy, isAllowedOrigin } from "#server/security-headers.ts";

describe("contentSecurityPolicy", () => {
  const policy = contentSecurityPolicy({
    nonce: "abc",
    development: false,
    signOutOrigin: "https://login.example",
  });
  it("blocks scripts and style elements without the nonce", () => {
    expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';");
    expect(policy).toContain("style-src-elem 'self' 'nonce-abc';");
    expect(policy).not.toContain("unsafe-eval");
    expect(policy.match(/unsafe-inline/gu)).toHaveLength(1);
  });
  it("allows the sign-out form to redirect to Entra, and forbids framing", () => {
    expect(policy).toContain("form-action 'self' https://login.example");
    expect(policy).toContain("frame-ancestors 'none'");
  });
});

describe("isAllowedOrigin", () => {
  const allowed = allowedOrigins("http://localhost:3000");
  const check = (method: string, origin: string | null, secFetchSite: string | null = null) =>
    isAllowedOrigin({ method, origin, secFetchSite, allowed });
  it("accepts changes from the portal's own pages, by either name of the machine", () => {
    expect(check("POST", "http://localhost:3000")).toBe(true);
    expect(check("POST", "http://127.0.0.1:3000")).toBe(true);
    expect(check("POST", null, "same-origin")).toBe(true);
  });
  it("refuses other sites, other ports, and requests without Origin and Sec-Fetch-Site", () => {
    expect(check("POST", "http://localhost:3001")).toBe(false);
    expect(check("POST", "https://evil.example")).toBe(false);
    expect(check("POST", "null")).toBe(false);
    expect(check("POST", null, "cross-site")).toBe(false);
    expect(check("POST", null)).toBe(false);
    expect(check("DELETE", "https://evil.example", "same-origin")).toBe(false);
  });
  it("accepts reads from anywhere", () => {
    expect(check("GET", "https://evil.example")).toBe(true);
  });
  it("returns only the public origin for another host", () => {
    expect(allowedOrigins("https://kluis.example")).toEqual(["https://kluis.example"]);
  });
});
