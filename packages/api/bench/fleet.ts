/** Measures what users wait for, through the API, in a database with a large fleet. Used by `npm run seed-fleet`. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { assignRole, ensureTeam, inTransaction } from "@kluis/db";
import { type PolicyDocument, systemClock, type TeamReach } from "@kluis/domain";
import { lazyKeyVault } from "@kluis/vault";
import { pino } from "pino";
import { createApi } from "../src/api.ts";
import type { Api } from "../src/context.ts";
import { createContext, signIn } from "../src/identity/identity.ts";
import { Rates } from "../src/rates.ts";
import { createCaller } from "../src/root.ts";

export interface Waited {
  readonly what: string;
  /** Of all calls: the middle one, and the one that 95 of 100 do not exceed. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly cpuMs: number;
  readonly goalMs: number;
}

type Caller = ReturnType<typeof createCaller>;

const CALLS = 20;
const TEAMS = 100;

/** The fleet's database gets 100 teams, each with scopes of every kind, an owner and an administrator of one team. */
export async function measureApi(databaseUrl: string, report: (waited: Waited) => void): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "kluis-fleet-"));
  const api = await openApi(databaseUrl, folder);
  try {
    await addTeams(api);
    for (const user of ["owner", "team-7"] as const) await measureUser(api, user, report);
  } finally {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function openApi(databaseUrl: string, folder: string): Promise<Api> {
  const secretsKeyFile = path.join(folder, "secrets-key");
  await writeFile(secretsKeyFile, randomBytes(32).toString("base64"), { mode: 0o600 });
  const place = { folder: path.join(folder, "vault"), keyFile: path.join(folder, "vault-key.json") };
  const env = {
    databaseUrl,
    poolSize: 6,
    logLevel: "error",
    vault: { kind: "folder", name: "fleet", ...place },
    keyVault: lazyKeyVault(() => Promise.reject(new Error("A bench has no key vault."))),
    secretsKeyFile,
    firstOwner: null,
    directory: { client: null, groupRightsMs: 24 * 3_600_000 },
    vaultFolders: null,
  } as const;
  return createApi({ env, logger: pino({ level: "silent" }), rates: new Rates() });
}

async function addTeams({ db }: Api): Promise<void> {
  await inTransaction(db, async (tx) => {
    await assignRole(tx, { role: "owner", teamId: null, holder: { groupId: "owner" } }, systemClock);
    for (let n = 0; n < TEAMS; n++) {
      const reach: TeamReach[] = [
        { kind: "resource-group", subscriptionId: `fleet-${n % 20}`, resourceGroup: `group-${n}` },
        { kind: "tag", tagName: "costcenter", tagValue: String(n % 50) },
      ];
      const name = `team-${n}`;
      const { id } = await ensureTeam(tx, { slug: name, name, reach }, systemClock);
      await assignRole(tx, { role: "backup-admin", teamId: id, holder: { groupId: name } }, systemClock);
    }
  });
}

const document: PolicyDocument = {
  schedule: {
    kind: "hourly",
    everyHours: 4,
    windowStart: "08:00",
    windowHours: 12,
    timeZone: "Europe/Amsterdam",
  },
  retention: { keepLast: 6, daily: { age: 30, unit: "days" }, weekly: 8, monthly: 12, yearly: 7 },
  softDeleteDays: 14,
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};

async function measureUser(api: Api, user: string, report: (waited: Waited) => void): Promise<void> {
  const person = { tid: "fleet", oid: user, name: user, username: `${user}@fleet.example`, groups: [user] };
  const { sessionToken } = await signIn(api, person);
  const call = async (ask: (caller: Caller, n: number) => Promise<unknown>, n: number): Promise<void> => {
    await ask(createCaller(await createContext(api, { sessionToken, ip: "127.0.0.1" })), n);
  };
  for (const { what, goalMs, ask } of questions) {
    await call(ask, 0);
    const times: number[] = [];
    const cpu = process.cpuUsage();
    for (let n = 0; n < CALLS; n++) {
      const began = performance.now();
      await call(ask, n);
      times.push(performance.now() - began);
    }
    const used = process.cpuUsage(cpu);
    const at = (share: number): number => times.toSorted((a, b) => a - b)[Math.ceil(CALLS * share) - 1] ?? 0;
    const cpuMs = (used.user + used.system) / 1_000 / CALLS;
    report({ what: `${what}, as ${user}`, medianMs: at(0.5), p95Ms: at(0.95), cpuMs, goalMs });
  }
}

interface Question {
  readonly what: string;
  readonly goalMs: number;
  readonly ask: (caller: Caller, n: number) => Promise<unknown>;
}

/** The name of a policy whose VMs team 7 reaches too: VM 7, 57, … have its tag. */
const policyOf = (n: number): string => `fleet-${String((n * 50 + 7) % 200).padStart(3, "0")}`;
const vmOf = (n: number): string => `vm-${String(n * 50 + 7).padStart(6, "0")}`;
const lists = { goalMs: 300 };

const questions: readonly Question[] = [
  {
    what: "policy preview",
    goalMs: 500,
    ask: (api, n) => api.policies.preview({ document, policy: policyOf(n) }),
  },
  {
    what: "effective access",
    goalMs: 100,
    ask: (api, n) => api.access.explain({ permission: "point:delete", vm: vmOf(n) }),
  },
  { what: "list of policies", ...lists, ask: (api) => api.policies.list() },
  { what: "list of VMs, pages", ...lists, ask: (api, n) => api.vms.list({ page: n + 1 }) },
  { what: "list of VMs, search", ...lists, ask: (api, n) => api.vms.list({ search: `vm-00${n % 10}` }) },
  { what: "list of VMs, by need of attention", ...lists, ask: (api) => api.vms.list({ sort: "status" }) },
  { what: "list of recovery points, pages", ...lists, ask: (api, n) => api.points.list({ page: n + 1 }) },
  { what: "list of recovery points of a VM", ...lists, ask: (api, n) => api.points.list({ vm: vmOf(n) }) },
  { what: "list of jobs, pages", ...lists, ask: (api, n) => api.jobs.list({ page: n + 1 }) },
  { what: "list of teams", ...lists, ask: (api) => api.teams.list() },
  { what: "list of approvals", ...lists, ask: (api) => api.approvals.list({}) },
];
