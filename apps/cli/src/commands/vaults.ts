/** Vaults. */
import { type DeduplicationScope, deduplicationScopes, regionSchema, vaultTruthTexts } from "@kluis/domain";
import { z } from "zod";
import type { VaultRow } from "../api-types.ts";
import { argument, defineCommand, flag, option, print, type Session } from "../command.ts";
import { type ExitCode, exitCodes, UsageError } from "../failure.ts";
import { countOf, minuteOf } from "../format.ts";
import type { Look } from "../look.ts";
import { readSecret, type SecretSource } from "../secret-input.ts";
import { type Column, formatTable } from "../table.ts";
import { bandwidth, choice, text } from "../values.ts";
import { waitForTest } from "../wait-test.ts";

const reference = argument("name or id", text);
const noWait = () => flag("return at once, without the result of the test");
const secretOptions = {
  secretFile: option("file", "holds the storage connection string; - reads standard input", text.optional()),
  secretEnv: option("name", "the variable that holds it", text.optional()),
};

/** Identities with fewer rights. */
const identityOptions = {
  collectorSecretFile: option(
    "file",
    "holds the connection string of an identity that deletes",
    text.optional(),
  ),
  readerSecretFile: option(
    "file",
    "holds the connection string of an identity that reads for the portal",
    text.optional(),
  ),
};

interface CredentialSource extends SecretSource {
  readonly collectorSecretFile?: string | undefined;
  readonly readerSecretFile?: string | undefined;
}

async function readCredentials(session: Session, source: CredentialSource) {
  const { collectorSecretFile: collector, readerSecretFile: reader, ...writer } = source;
  const files = [writer.secretFile, collector, reader];
  if (files.filter((file) => file === "-").length > 1)
    throw new UsageError("Standard input holds one secret.", "Use files for the others.");
  const other = async (secretFile: string | undefined) =>
    secretFile === undefined ? undefined : readSecret(session, { secretFile });
  return {
    connectionString: await readSecret(session, writer),
    collectorConnectionString: await other(collector),
    readerConnectionString: await other(reader),
  };
}

const columns: readonly Column<VaultRow>[] = [
  { title: "NAME", value: ({ name }) => name, shrinkTo: 12 },
  {
    title: "STATE",
    value: ({ state, isDefault }) => (isDefault ? "Default" : state === "enabled" ? "Enabled" : "Disabled"),
    tone: ({ state }) => (state === "enabled" ? "good" : null),
  },
  {
    title: "CONTENT",
    value: ({ truth }) => vaultTruthTexts[truth.state],
    tone: ({ truth }) => (truth.state === "agrees" ? null : "bad"),
    leaveOut: 3,
  },
  { title: "PLACE", value: placeOf, shrinkTo: 16, leaveOut: 2 },
  {
    title: "POINTS",
    value: ({ use }) =>
      use.softDeleted === 0 ? String(use.points) : `${use.points} (+${use.softDeleted} deleted)`,
    align: "right",
  },
  { title: "TESTED (UTC)", value: ({ test }) => minuteOf(test.at), leaveOut: 1 },
  { title: "RESULT", value: resultOf, wrapTo: 24 },
];

function placeOf({ kind, account, container, folder }: VaultRow): string {
  return kind === "folder" ? (folder ?? "") : `${account ?? ""}/${container ?? ""}`;
}

function resultOf({ test }: VaultRow): string {
  if (test.pending) return "testing";
  if (test.result === null) return "not tested";
  const failed = test.result.checks.find(({ error }) => error !== null);
  return failed?.error ? `${failed.check}: ${failed.error.message} (${failed.error.code})` : "passed";
}

function report(row: VaultRow, look: Look): string {
  if (row.test.pending || row.test.result === null) return `No engine has tested ${row.name} yet.`;
  return look.paint(row.test.ok === true ? "good" : "bad", `${row.name}: ${resultOf(row)}`);
}

async function finish(session: Session, first: VaultRow, isQuick: boolean): Promise<ExitCode> {
  const read = () => session.server.call((api) => api.vaults.get.query({ vault: first.id }));
  const row = isQuick ? first : await waitForTest(session, first, read);
  print(session, row, (look) => (isQuick ? `The test of ${row.name} has started.` : report(row, look)));
  return isQuick || row.test.ok === true ? exitCodes.ok : exitCodes.failed;
}

export const vaultsList = defineCommand({
  name: "vaults list",
  summary: "List the vaults",
  input: {},
  examples: ["vaults list"],
  run: async (session) => {
    const rows = await session.server.call((api) => api.vaults.list.query());
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No vaults yet.", look }));
    return exitCodes.ok;
  },
});

export const vaultsAdd = defineCommand({
  name: "vaults add",
  summary: "Add a vault and test it",
  details: "It starts disabled. The test creates the vault in an empty storage.",
  input: {
    name: argument("name of the vault", text),
    container: option("name", "blob container of the storage account", text.optional()),
    folder: option("name", "folder below the one that the operator allows", text.optional()),
    region: option("name", "region of its storage, such as westeurope", regionSchema.optional()),
    ...secretOptions,
    ...identityOptions,
    noWait: noWait(),
  },
  examples: ["vaults add second --container kluis-second --secret-file connection.txt"],
  run: async (session, { name, container, folder, region, noWait: isQuick, ...source }) => {
    if ((container === undefined) === (folder === undefined))
      throw new UsageError("A vault has one place.", "Use --container or --folder.");
    const place =
      folder === undefined
        ? {
            kind: "azure-blob" as const,
            container: z.string().parse(container),
            ...(await readCredentials(session, source)),
          }
        : { kind: "folder" as const, folder };
    const added = await session.server.call((api) => api.vaults.add.mutate({ name, place, region }));
    return finish(session, added, isQuick);
  },
});

export const vaultsTest = defineCommand({
  name: "vaults test",
  summary: "Test a vault: write, read and delete an object",
  details: "Exit code 1 means that the test failed.",
  input: { vault: reference, noWait: noWait() },
  examples: ["vaults test main"],
  run: async (session, { vault, noWait: isQuick }) => {
    const asked = await session.server.call((api) => api.vaults.test.mutate({ vault }));
    return finish(session, asked, isQuick);
  },
});

export const vaultsRotate = defineCommand({
  name: "vaults rotate",
  summary: "Replace the credential of a vault and test it",
  details: "Replaces all identities: one that you do not give has no credential any more.",
  input: { vault: reference, ...secretOptions, ...identityOptions, noWait: noWait() },
  examples: ["vaults rotate second --secret-file connection.txt"],
  run: async (session, { vault, noWait: isQuick, ...source }) => {
    const given = await readCredentials(session, source);
    const rotated = await session.server.call((api) => api.vaults.rotate.mutate({ vault, ...given }));
    return finish(session, rotated, isQuick);
  },
});

const sharing: Readonly<Record<DeduplicationScope, string>> = {
  vault: "all virtual machines share equal content",
  subscription: "virtual machines of a subscription share equal content",
  "resource-group": "virtual machines of a resource group share equal content",
  vm: "virtual machines share no content",
};

const gibOrNone = z
  .string()
  .regex(/^([1-9]\d{0,5}|none)$/, "Use a whole number of GiB, or none.")
  .transform((value) => (value === "none" ? null : Number(value)));

const regionOrNone = z.union(
  [z.literal("none").transform(() => null), regionSchema],
  "Use the name of a region such as westeurope, or none.",
);

export const vaultsSet = defineCommand({
  name: "vaults set",
  summary: "Set who shares content in a vault, its speed and region",
  details:
    "Applies from the next backup on. Choose resource-group when teams share a subscription. The limit is for all engines together; restores have none. Guardrails of regions need the region of its storage.",
  input: {
    vault: reference,
    deduplication: option(
      "scope",
      "vault, subscription, resource-group or vm",
      choice(deduplicationScopes).optional(),
    ),
    bandwidth: option("MiB/s", "most MiB per second, or none", bandwidth.optional()),
    verifyGib: option(
      "GiB",
      "most that scheduled verifications read in a night, or none",
      gibOrNone.optional(),
    ),
    region: option("name", "region of its storage, such as westeurope, or none", regionOrNone.optional()),
  },
  examples: ["vaults set main --deduplication resource-group", "vaults set main --bandwidth 200"],
  run: async (session, { vault, deduplication, bandwidth: rate, verifyGib, region }) => {
    if ([deduplication, rate, verifyGib, region].every((value) => value === undefined))
      throw new UsageError(
        "There is nothing to set.",
        "Use --deduplication, --bandwidth, --verify-gib or --region.",
      );
    const row = await session.server.call((api) =>
      api.vaults.configure.mutate({ vault, deduplication, bandwidth: rate, verifyGib, region }),
    );
    const limit = row.bandwidth === null ? "no limit" : `at most ${row.bandwidth} MiB per second`;
    const nightly = row.verifyGib === null ? "no limit" : `at most ${row.verifyGib} GiB a night`;
    print(
      session,
      row,
      () =>
        `${row.name}: ${sharing[row.deduplication]}; backups have ${limit}; verifications have ${nightly}; region: ${row.region ?? "not recorded"}.`,
    );
    return exitCodes.ok;
  },
});

export const vaultsRename = defineCommand({
  name: "vaults rename",
  summary: "Rename a vault",
  input: { vault: reference, name: argument("the new name", text) },
  examples: ["vaults rename second archive"],
  run: async (session, { vault, name }) => {
    const row = await session.server.call((api) => api.vaults.update.mutate({ vault, name }));
    print(session, row, () => `The vault is now called ${row.name}.`);
    return exitCodes.ok;
  },
});

export const vaultsEnable = defineCommand({
  name: "vaults enable",
  summary: "Enable a vault, so that it can be the default",
  input: { vault: reference },
  examples: ["vaults enable second"],
  run: async (session, { vault }) => {
    const row = await session.server.call((api) => api.vaults.enable.mutate({ vault }));
    print(session, row, () => `${row.name} is enabled.`);
    return exitCodes.ok;
  },
});

export const vaultsDisable = defineCommand({
  name: "vaults disable",
  summary: "Disable a vault: no new backups; restores still work",
  input: { vault: reference },
  examples: ["vaults disable second"],
  run: async (session, { vault }) => {
    const row = await session.server.call((api) => api.vaults.disable.mutate({ vault }));
    print(session, row, () =>
      row.use.points === 0
        ? `${row.name} is disabled. It holds no recovery points.`
        : `${row.name} is disabled. Its ${countOf(row.use.points, "recovery point")} can still be restored.`,
    );
    return exitCodes.ok;
  },
});

export const vaultsDefault = defineCommand({
  name: "vaults default",
  summary: "Store new backups in a vault from now on",
  details: "Existing recovery points stay where they are. The next backup of each disk reads it in full.",
  input: { vault: reference },
  examples: ["vaults default second"],
  run: async (session, { vault }) => {
    const row = await session.server.call((api) => api.vaults.makeDefault.mutate({ vault }));
    print(session, row, () => `New backups are stored in ${row.name}.`);
    return exitCodes.ok;
  },
});

export const vaultsRemove = defineCommand({
  name: "vaults remove",
  summary: "Remove a vault that never held a recovery point",
  details: "The objects in its storage stay.",
  input: { vault: reference },
  examples: ["vaults remove second"],
  run: async (session, { vault }) => {
    const removed = await session.server.call((api) => api.vaults.remove.mutate({ vault }));
    print(session, removed, () => `${removed.name} is removed.`);
    return exitCodes.ok;
  },
});
