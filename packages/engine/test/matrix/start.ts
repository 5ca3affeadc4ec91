/** Starts what the matrix needs: a world whose vault is behind a proxy, and an engine that waits briefly for Azure. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../src/engine.ts";
import { World } from "../world.ts";
import { Matrix } from "./runner.ts";
import { VaultProxy } from "./vault-proxy.ts";

/** Limit of one request to Azure or the vault: a hang takes that long, in real time, at each try. */
const TIMEOUT_MS = 4_000;

export interface StartedMatrix {
  readonly matrix: Matrix;
  readonly world: World;
  readonly engine: Engine;
  readonly vault: VaultProxy;
  stop(): Promise<void>;
}

export async function startMatrix(timeoutMs = TIMEOUT_MS): Promise<StartedMatrix> {
  const world = await World.start();
  const { port, connectionString } = world.stack.azurite;
  const vault = await VaultProxy.start(port);
  const file = join(world.stack.folder, "vault-through-proxy");
  await writeFile(file, connectionString.replace(`:${port}/`, `:${vault.port}/`), { mode: 0o600 });
  const engine = await world.startEngine({
    azureTimeoutMs: timeoutMs,
    requestLimit: () => timeoutMs,
    env: { KLUIS_VAULT_CONNECTION_FILE: file },
  });
  return {
    matrix: new Matrix(world, engine, vault),
    world,
    engine,
    vault,
    stop: async () => {
      vault.calm();
      await world.stop();
      await vault.stop();
    },
  };
}
