/** Runs the cases: one local Azure per kind, in its own process, with the settings that it starts with. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Azure } from "./azure.ts";
import type { Kind } from "./case.ts";
import { frontDoor } from "./front-door.ts";
import { requests } from "./requests.ts";
import { roles } from "./roles.ts";
import { vm } from "./vm.ts";
import { vmGuest } from "./vm-guest.ts";

const kinds: readonly Kind[] = [
  { ...frontDoor, cases: [...frontDoor.cases, ...requests] },
  roles,
  { ...vm, cases: [...vm.cases, ...vmGuest] },
];

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
