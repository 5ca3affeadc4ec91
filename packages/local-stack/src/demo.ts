/** The first start of the demo: protects its VMs through the API, as a user would. */
import { KluisError } from "@kluis/domain";
import { readTextIfExists } from "./files.ts";
import { type HomeLayout, replaceSecret } from "./home.ts";
import type { Caller } from "./operator.ts";
import { pause } from "./wait.ts";

/** sandbox-01 stays unprotected, so that the overview shows a VM that needs attention. */
const wanted = [
  { vm: "web-01", policy: "standard-daily" },
  { vm: "sql-01", policy: "enhanced-4h" },
  { vm: "batch-01", policy: "standard-daily" },
] as const;

const DISCOVERY_LIMIT_MS = 120_000;

/**
 * Protects the demo VMs once per data folder; their first backups start at once. After a kill in the middle, the next start
 * protects the rest. A VM that a user takes out of protection later stays out.
 */
export async function protectDemo(
  caller: () => Promise<Caller>,
  layout: HomeLayout,
  signal: AbortSignal,
): Promise<void> {
  if ((await readTextIfExists(layout.demoDone)) !== null) return;
  const policies = await discovered(caller, signal);
  for (const { vm, policy } of wanted) {
    if (policies.get(vm) === null) await (await caller()).protection.set({ vm, policy });
  }
  await addRules(await caller());
  await replaceSecret(layout.demoDone, wanted.map(({ vm }) => vm).join("\n"));
}

const ruleName = "production";
const excludedMs = 90 * 24 * 3_600_000;

/** New production machines of Commerce are protected at once; the sandbox is meant to be unprotected. */
async function addRules(api: Caller): Promise<void> {
  const { rows } = await api.rules.list();
  if (!rows.some(({ name }) => name === ruleName)) {
    const conditions = { tags: [{ name: "environment", values: ["production"] }] };
    await api.rules.create({ team: "commerce", name: ruleName, policy: "standard-daily", conditions });
  }
  const { total } = await api.exclusions.list({ vm: "sandbox-01" });
  if (total > 0) return;
  const expiresAt = new Date(Date.now() + excludedMs).toISOString();
  await api.exclusions.add({ vm: "sandbox-01", reason: "Holds nothing that must be kept", expiresAt });
}

/** Waits until the engine has found the demo VMs. Returns VM name → policy name. */
async function discovered(
  caller: () => Promise<Caller>,
  signal: AbortSignal,
): Promise<Map<string, string | null>> {
  const limit = AbortSignal.timeout(DISCOVERY_LIMIT_MS);
  while (!limit.aborted) {
    signal.throwIfAborted();
    const api = await caller();
    await api.vms.refresh();
    const { rows } = await api.vms.list({ pageSize: 100 });
    const found = new Map(rows.map((row) => [row.name, row.policy?.name ?? null]));
    if (wanted.every(({ vm }) => found.has(vm)) && found.has("sandbox-01")) return found;
    await pause(500);
  }
  throw new KluisError("AZURE_UNREACHABLE", {
    message: "The engine did not find the demo VMs within two minutes.",
    action: "Read logs/engine.log and logs/local-azure.log in the data folder.",
  });
}
