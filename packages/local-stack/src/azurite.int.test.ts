import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startAzurite } from "./azurite.ts";
import { httpStatus } from "./wait.ts";

it("serves one private account and ends on request", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kluis-azurite-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const first = await startAzurite({ dataDir: join(folder, "azurite") });
  onTestFinished(() => first.stop());
  expect((await stat(join(folder, "azurite-key"))).mode & 0o777).toBe(0o600);
  // Requests without a signature are refused, and the well-known account of Azurite does not exist.
  expect(await httpStatus(`${first.url}?comp=list`)).toBe(403);
  expect(await httpStatus(`http://127.0.0.1:${first.port}/devstoreaccount1?comp=list`)).toBe(404);
  await first.stop();
  expect(first.child.alive()).toBe(false);
  expect(await httpStatus(first.url)).toBeNull();

  const second = await startAzurite({ dataDir: join(folder, "azurite"), port: first.port });
  onTestFinished(() => second.stop());
  expect(second.connectionString).toBe(first.connectionString);
});
