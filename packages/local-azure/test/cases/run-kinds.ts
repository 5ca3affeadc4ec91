/** Runs cases: one local Azure per kind, in its own process, with the settings that it starts with. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Azure } from "./azure.ts";
import type { Kind } from "./case.ts";

export function runKinds(kinds: readonly Kind[]): void {
  for (const { name, seed, cases } of kinds)
    describe(`cases: ${name}`, () => {
      let azure: Azure | undefined;
      beforeAll(async () => {
        azure = await Azure.start();
        await seed(azure);
      });
      afterAll(() => azure?.stop());
      for (const { says, source, run } of cases)
        test(`${says} [${source}]`, async () => {
          expect.hasAssertions();
          if (!azure) throw new Error("The local Azure of the kind did not start");
          await run(azure);
        });
    });
}
