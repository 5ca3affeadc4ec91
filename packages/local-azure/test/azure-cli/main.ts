/** Runs the operator's session with the Azure CLI: `npm run azure-cli [-- AREA]`. $AZ names the program. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalAzure } from "../../src/index.ts";
import { findAzureCli, problemOf, signedIn } from "./cli.ts";
import { startFront } from "./front.ts";
import { session } from "./session.ts";

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(only: string | undefined): Promise<number> {
  const program = await findAzureCli();
  if (program === null) {
    print("The Azure CLI is not installed. Install it, or name it in AZ.");
    return 2;
  }
  const dir = await mkdtemp(join(tmpdir(), "local-azure-cli-"));
  const dataDir = join(dir, "data");
  const azure = await startLocalAzure({ dataDir, seedFleet: true });
  try {
    await using front = await startFront(azure.url, dir);
    const az = await signedIn(program, front, { dir, dataDir });
    let passed = 0;
    let failed = 0;
    for (const { area, steps } of session) {
      if (only !== undefined && area !== only) continue;
      print(`── ${area}`);
      for (const step of steps) {
        const problem = await problemOf(step, az);
        if (problem === null) passed += 1;
        else {
          failed += 1;
          print(`✗ az ${step.command}\n    ${problem}`);
        }
      }
    }
    print(`${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await azure.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv[2]);
