import { expect, test } from "vitest";
import { demoAzureSettings } from "./demo-settings.ts";
import { welcomeLines } from "./welcome.ts";

test("the start message names the only difference of the demo's local Azure from a strict one", () => {
  expect(demoAzureSettings({})).toEqual({ restorePointRefill: 60 });
  const text = welcomeLines("http://127.0.0.1:3000").join("\n");
  expect(text).toContain("as strict as Azure");
  expect(text).toContain("the budget of 3 restore points per VM and hour refills 60 times faster");
  expect(text).toContain("http://127.0.0.1:3000");
});
