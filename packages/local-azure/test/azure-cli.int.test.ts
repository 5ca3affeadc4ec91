import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startLocalAzure } from "../src/index.ts";
import { findAzureCli, problemOf, signedIn } from "./azure-cli/cli.ts";
import { startFront } from "./azure-cli/front.ts";
import { session } from "./azure-cli/session.ts";

const program = await findAzureCli();

// The whole session takes minutes: `npm run azure-cli`.
it.skipIf(program === null)(
  `serves the unmodified Azure CLI (${program ?? "not installed here"})`,
  { timeout: 120_000 },
  async () => {
    const dir = await mkdtemp(join(tmpdir(), "local-azure-cli-"));
    const dataDir = join(dir, "data");
    const azure = await startLocalAzure({ dataDir, seedFleet: true });
    try {
      await using front = await startFront(azure.url, dir);
      const az = await signedIn(program ?? "", front, { dir, dataDir });
      const steps = session.flatMap((area) => area.steps.slice(0, 1));
      for (const step of steps.slice(0, 3)) {
        const problem = await problemOf(step, az);
        expect({ command: step.command, problem }).toEqual({ command: step.command, problem: null });
      }
    } finally {
      await azure.stop();
      await rm(dir, { recursive: true, force: true });
    }
  },
);
