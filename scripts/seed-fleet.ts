/**
 * `npm run seed-fleet` fills an empty database with a large fleet, and measures what the engine repeats and what pages read. It uses
 * DATABASE_URL, else a PostgreSQL in a temporary folder. Never give it an installation in use.
 *
 *   npm run seed-fleet -- --vms 10000 --policies 200 --points 1000000 --no-measure
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureApi } from "../packages/api/bench/fleet.ts";
import { openDatabase } from "../packages/db/src/client.ts";
import { migrate } from "../packages/db/src/migrate.ts";
import { bigFleet, type FleetSize, mustBeUnused, seedFleet } from "../packages/db/src/seed-fleet/seed.ts";
import { createEmptyDatabase } from "../packages/db/src/testing.ts";
import { type Measured, measureFleet } from "../packages/engine/bench/fleet.ts";
import setUpServer from "../packages/local-stack/src/vitest-global-setup.ts";

interface Options {
  readonly size: FleetSize;
  readonly measure: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      vms: { type: "string", default: String(bigFleet.vms) },
      policies: { type: "string", default: String(bigFleet.policies) },
      points: { type: "string", default: String(bigFleet.points) },
      measure: { type: "boolean", default: true },
    },
  });
  const count = (name: "vms" | "policies" | "points"): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name}: use a positive whole number.`);
    return value;
  };
  const [vms, policies, points] = [count("vms"), count("policies"), count("points")];
  const jobsPerVm = Math.min(bigFleet.jobsPerVm, Math.floor(points / vms));
  return { size: { vms, policies, points, jobsPerVm }, measure: values.measure };
}

async function main(): Promise<void> {
  const { size, measure } = readOptions();
  const given = process.env["DATABASE_URL"];
  const stop = await setUpServer();
  const url = given ?? (await createEmptyDatabase()).url;
  if (given !== undefined) await mustBeUnused(given);
  await migrate(url);
  const db = await openDatabase({ url, poolSize: 8 });
  try {
    const cpu = process.cpuUsage();
    const began = performance.now();
    await seedFleet(db, size);
    const { user, system } = process.cpuUsage(cpu);
    const cpuMs = (user + system) / 1_000;
    const result = `${size.vms} VMs, ${size.points} points`;
    print({ what: "seed", ms: performance.now() - began, cpuMs, result });
    if (!measure) return;
    await measureFleet(db, print);
    console.log(`load average ${loadavg()[0]?.toFixed(1)}`);
    await measureApi(url, ({ what, medianMs, p95Ms, cpuMs, goalMs }) => {
      const goal = `95 of 100 within ${Math.round(p95Ms)} ms, goal ${goalMs} ms: ${p95Ms <= goalMs ? "held" : "missed"}`;
      print({ what, ms: medianMs, cpuMs, result: goal });
    });
    console.log(`load average ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    await db.close();
    await stop();
  }
}

function print({ what, ms, cpuMs, result }: Measured): void {
  const [wall, cpu] = [ms, cpuMs].map((one) => Math.round(one).toString().padStart(8));
  console.log(`${what.padEnd(44)} ${wall} ms ${cpu} ms of processor   ${result}`);
}

await main();
