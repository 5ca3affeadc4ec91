import { expect, test } from "vitest";
import { readyLines } from "./claim.ts";
import { demoAzureSettings } from "./demo-settings.ts";
import { welcomeLines } from "./welcome.ts";

test("the start message names the only difference of the demo's local Azure from a strict one", () => {
  expect(demoAzureSettings({})).toEqual({ restorePointRefill: 60 });
  const text = welcomeLines("http://127.0.0.1:3000").join("\n");
  expect(text).toContain("as strict as Azure");
  expect(text).toContain("the budget of 3 restore points per VM and hour refills 60 times faster");
  expect(text).toContain("http://127.0.0.1:3000");
});

test("a start without demo users prints the code for the first owner where there is none, and nothing about it else", () => {
  const expiresAt = new Date("2026-12-01T00:00:00Z");
  const text = readyLines("https://kluis.example", { code: "K7QF-2222-3333-4444-5555", expiresAt }).join(
    "\n",
  );
  expect(text).toContain("https://kluis.example/claim\n    K7QF-2222-3333-4444-5555");
  expect(readyLines("https://kluis.example", null).join("\n")).not.toContain("claim");
});
