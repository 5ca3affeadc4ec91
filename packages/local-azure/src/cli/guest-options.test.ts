import { Command } from "commander";
import { expect, test } from "vitest";
import { freshGuest } from "../guest/model.ts";
import { conditionsText, type GuestOptions, guestCommand, guestPatch, guestText } from "./guest-options.ts";

function parse(...words: string[]): GuestOptions {
  let parsed: GuestOptions = {};
  const guest = guestCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .action((options: GuestOptions) => {
      parsed = options;
    });
  new Command().addCommand(guest).parse(["guest", "--vm", "a", ...words], { from: "user" });
  return parsed;
}

const windows = { vm: "a", guest: freshGuest("Windows"), extensions: [] };
const linux = { vm: "a", guest: freshGuest("Linux"), extensions: [] };

test("without states to set there is no patch", async () => {
  expect(await guestPatch(parse(), windows)).toBeUndefined();
  expect(await guestPatch(parse("--json"), linux)).toBeUndefined();
});

test("conditions and outcomes are added to those that are there", async () => {
  const guest = {
    ...windows.guest,
    conditions: ["com-error" as const, "msdtc" as const],
    extensionOutcomes: { a: "fails" as const },
  };
  const view = { ...windows, guest };
  expect(await guestPatch(parse("--set", "no-network", "--clear", "msdtc"), view)).toEqual({
    vm: "a",
    conditions: ["com-error", "no-network"],
  });
  expect((await guestPatch(parse("--clear", "all"), view))?.conditions).toEqual([]);
  const outcomes = parse("--extension", "A=succeeds", "--extension", "B=hangs");
  expect((await guestPatch(outcomes, view))?.extensionOutcomes).toEqual({ b: "hangs" });
  await expect(guestPatch(parse("--set", "sunshine"), view)).rejects.toThrow(/conditions/);
});

test("writers, services, registry, agent and fsfreeze reach the patch", async () => {
  const words = ["--vss-writer", "system writer=Failed:Timed out", "--service", "MSDTC=stopped"];
  const patch = await guestPatch(
    parse(
      ...words,
      "--agent",
      "not-ready",
      "--registry",
      String.raw`HKLM\A\B=1`,
      "--registry",
      String.raw`HKLM\A\C=`,
    ),
    windows,
  );
  expect(patch).toMatchObject({
    agent: "NotReady",
    services: { MSDTC: { status: "Stopped" } },
    registry: { [String.raw`HKLM\A\B`]: "1", [String.raw`HKLM\A\C`]: null },
  });
  expect(patch?.vssWriters?.find(({ name }) => name === "System Writer")).toEqual({
    name: "System Writer",
    state: "Failed",
    lastError: "Timed out",
  });
  expect(await guestPatch(parse("--fsfreeze", "times-out", "--no-scripts"), linux)).toEqual({
    vm: "a",
    fsfreeze: "times-out",
    linuxScripts: null,
  });
});

test("the texts name what decides about a restore point", () => {
  expect(guestText(windows)).toContain("writers     all stable");
  expect(guestText(linux)).toContain("fsfreeze    works");
  expect(conditionsText()).toContain("no-network");
});
