import { describe, expect, it } from "vitest";
import { localeCookieText, parseLocale, preferredLocale } from "#lib/locale.ts";

describe("preferredLocale", () => {
  it.each([
    [null, "en"],
    ["", "en"],
    ["nl-NL,nl;q=0.9,en-US;q=0.8", "nl"],
    ["en-US,en;q=0.9,nl;q=0.8", "en"],
    ["de-DE,de;q=0.9,nl;q=0.4,en;q=0.2", "nl"],
    ["fr", "en"],
    ["nl;q=0, en", "en"],
    ["NL", "nl"],
    [";;;,q=1,*", "en"],
  ])("reads %j as %s", (header, locale) => {
    expect(preferredLocale(header)).toBe(locale);
  });
});

describe("the language cookie", () => {
  it("holds a known language only", () => {
    expect([parseLocale("nl"), parseLocale("en"), parseLocale("xx"), parseLocale(undefined)]).toEqual([
      "nl",
      "en",
      null,
      null,
    ]);
  });
  it("lasts a year and stays on this site", () => {
    expect(localeCookieText("nl")).toBe("kluis-locale=nl; Path=/; Max-Age=31536000; SameSite=Lax");
  });
});
