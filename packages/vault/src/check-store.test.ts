import { systemClock } from "@kluis/domain";
import { expect, test } from "vitest";
import { FailingStore } from "../test/failing-store.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { checkStore } from "./check-store.ts";

const signal = new AbortController().signal;
const options = { clock: systemClock, signal };

async function verdicts(store: Parameters<typeof checkStore>[0]): Promise<unknown[]> {
  const { checks } = await checkStore(store, options);
  return checks.map(({ check, error }) => (error === null ? check : [check, error.code, error.reason]));
}

test("a good store passes every check and holds nothing afterwards", async () => {
  const store = new MemoryStore();
  expect(await verdicts(store)).toEqual(["write", "conditional", "read", "clock", "delete"]);
  expect(await Array.fromAsync(store.list("", signal))).toEqual([]);
});

test("the checks end with the first one that fails", async () => {
  const verdict = await verdicts(new FailingStore(new MemoryStore(), 1, "before"));
  expect(verdict).toEqual([["write", "VAULT_UNREACHABLE", "folder"]]);
});

test("a store that replaces objects is refused", async () => {
  class Replacing extends MemoryStore {
    override async put(...[name, parts, abort]: Parameters<MemoryStore["put"]>): Promise<void> {
      await this.delete(name, abort);
      await super.put(name, parts, abort);
    }
  }
  const store = new Replacing();
  expect(await verdicts(store)).toEqual(["write", ["conditional", "VAULT_UNUSABLE", "overwrites"]]);
  expect(await Array.fromAsync(store.list("", signal))).toEqual([]);
});
