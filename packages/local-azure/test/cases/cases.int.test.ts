/** Runs the cases: one local Azure per kind, in its own process, with the settings that it starts with. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { access } from "./access.ts";
import { Azure } from "./azure.ts";
import { blob } from "./blob.ts";
import type { Kind } from "./case.ts";
import { disk } from "./disk.ts";
import { diskRecordings } from "./disk-recordings.ts";
import { frontDoor } from "./front-door.ts";
import { operation } from "./operation.ts";
import { requests } from "./requests.ts";
import { restorePoint } from "./restore-point.ts";
import { restorePointRules } from "./restore-point-rules.ts";
import { roles } from "./roles.ts";
import { snapshot } from "./snapshot.ts";
import { vm } from "./vm.ts";
import { vmGuest } from "./vm-guest.ts";

const kinds: readonly Kind[] = [
  { ...frontDoor, cases: [...frontDoor.cases, ...requests] },
  roles,
  { ...vm, cases: [...vm.cases, ...vmGuest] },
  { ...disk, cases: [...disk.cases, ...snapshot, ...diskRecordings] },
  access,
  blob,
  { ...restorePoint, cases: [...restorePoint.cases, ...restorePointRules] },
  operation,
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
