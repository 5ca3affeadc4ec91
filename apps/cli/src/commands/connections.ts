/** Connections to Azure. */
import { azureClouds, credentialKinds } from "@kluis/domain";
import { z } from "zod";
import type { ConnectionRow } from "../api-types.ts";
import { argument, defineCommand, flag, listOption, option, print, type Session } from "../command.ts";
import { type ExitCode, exitCodes, UsageError } from "../failure.ts";
import { countOf, minuteOf } from "../format.ts";
import type { Look, Tone } from "../look.ts";
import { readSecret } from "../secret-input.ts";
import { type Column, formatTable } from "../table.ts";
import { choice, text } from "../values.ts";
import { waitForTest } from "../wait-test.ts";

const reference = argument("name or id", text);
const noWait = () => flag("return at once, without the result of the test");
const credentialOptions = {
  credential: option(
    "kind",
    `how it signs in: ${credentialKinds.join(", ")}`,
    choice(credentialKinds).default("secret"),
  ),
  clientId: option("id", "the app or user-assigned identity", text.optional()),
  secretFile: option(
    "file",
    "holds the client secret, or the certificate and its key; - reads standard input",
    text.optional(),
  ),
  secretEnv: option("name", "the variable that holds it", text.optional()),
};

type Credential = z.output<z.ZodObject<typeof credentialOptions>>;

const columns: readonly Column<ConnectionRow>[] = [
  { title: "NAME", value: ({ name }) => name, shrinkTo: 12 },
  { title: "STATE", value: ({ state }) => (state === "enabled" ? "Enabled" : "Disabled"), tone: toneOf },
  { title: "TENANT", value: ({ tenantId }) => tenantId, leaveOut: 1 },
  { title: "CREDENTIAL", value: ({ credentialKind }) => credentialKind, leaveOut: 2 },
  { title: "SUBSCRIPTIONS", value: ({ subscriptions }) => String(subscriptions.length), align: "right" },
  { title: "VMS", value: ({ affects }) => String(affects.vms), align: "right" },
  { title: "TESTED (UTC)", value: ({ test }) => minuteOf(test.at), leaveOut: 3 },
  { title: "RESULT", value: resultOf, wrapTo: 24 },
];

function toneOf({ state }: Pick<ConnectionRow, "state">): Tone | null {
  return state === "enabled" ? "good" : null;
}

function unreadOf(
  name: string,
  { message, action, code }: { message: string; action: string | null; code: string },
): string {
  return [`${name}: ${message} (${code})`, ...(action === null ? [] : [action])].join(" ");
}

function resultOf({ test, subscriptions }: ConnectionRow): string {
  if (test.pending) return "testing";
  if (test.result === null) return "not tested";
  if (test.result.error !== null) return `${test.result.error.message} (${test.result.error.code})`;
  const lacking = test.result.subscriptions.filter(({ missing }) => missing !== null && missing.length > 0);
  const unread = subscriptions.find(({ problem }) => problem !== null);
  if (unread?.problem) return unreadOf(unread.name, unread.problem);
  return lacking.length === 0
    ? "passed"
    : `passed; permissions are missing in ${countOf(lacking.length, "subscription")}`;
}

/** The findings of a test, as text. */
function report(row: ConnectionRow, look: Look): string {
  const { result, pending } = row.test;
  if (pending || result === null) return `No engine has tested ${row.name} yet.`;
  const head = `${row.name}: ${resultOf(row)}`;
  const action = result.error?.action;
  const seen = result.subscriptions.map(({ id, name, missing, error }) => {
    const problem = error === null ? "" : `\n    ${error.message}`;
    const lacks = (missing ?? []).map((one) => `\n    missing: ${one}`).join("");
    const unknown = missing === null ? "\n    Azure does not list the permissions of this identity." : "";
    return `  ${name} (${id})${problem}${lacks}${unknown}`;
  });
  return [
    look.paint(result.error === null ? "good" : "bad", head),
    ...(action ? [action] : []),
    ...seen,
  ].join("\n");
}

export const connectionsList = defineCommand({
  name: "connections list",
  summary: "List the connections to Azure",
  input: {},
  examples: ["connections list"],
  run: async (session) => {
    const rows = await session.server.call((api) => api.connections.list.query());
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No connections yet.", look }));
    return exitCodes.ok;
  },
});

export const connectionsAdd = defineCommand({
  name: "connections add",
  summary: "Add a connection to Azure and test it",
  details: "It starts disabled. Enable it with the subscriptions to read.",
  input: {
    name: argument("name of the connection", text),
    tenant: option("id", "the directory", text),
    cloud: option("cloud", `which Azure: ${azureClouds.join(", ")}`, choice(azureClouds).default("public")),
    ...credentialOptions,
    noWait: noWait(),
  },
  examples: ["connections add acme --tenant ID --client-id ID --secret-file key"],
  run: async (session, { name, tenant, cloud, noWait: isQuick, ...given }) => {
    const credential = await credentialOf(session, given);
    const added = await session.server.call((api) =>
      api.connections.add.mutate({ name, cloud, tenantId: tenant, credential }),
    );
    return finish(session, added, isQuick);
  },
});

async function credentialOf(session: Session, given: Credential) {
  const { credential: kind, clientId } = given;
  if (kind === "managed-identity") return { kind, clientId: clientId ?? null };
  if (clientId === undefined) throw new UsageError("--client-id is missing.", `A ${kind} belongs to an app.`);
  if (kind === "workload-identity") return { kind, clientId };
  const plain = await readSecret(session, given);
  return kind === "secret" ? { kind, clientId, secret: plain } : { kind, clientId, certificate: plain };
}

/** Waits for the test and prints it. */
async function finish(session: Session, first: ConnectionRow, isQuick: boolean): Promise<ExitCode> {
  const read = () => session.server.call((api) => api.connections.get.query({ connection: first.id }));
  const row = isQuick ? first : await waitForTest(session, first, read);
  print(session, row, (look) => (isQuick ? `The test of ${row.name} has started.` : report(row, look)));
  return isQuick || row.test.ok === true ? exitCodes.ok : exitCodes.failed;
}

export const connectionsTest = defineCommand({
  name: "connections test",
  summary: "Test a connection: sign-in, subscriptions, permissions",
  details: "Exit code 1 means that the test failed.",
  input: { connection: reference, noWait: noWait() },
  examples: ["connections test main"],
  run: async (session, { connection, noWait: isQuick }) => {
    const asked = await session.server.call((api) => api.connections.test.mutate({ connection }));
    return finish(session, asked, isQuick);
  },
});

export const connectionsRotate = defineCommand({
  name: "connections rotate",
  summary: "Replace the credential of a connection and test it",
  input: { connection: reference, ...credentialOptions, noWait: noWait() },
  examples: ["connections rotate fabrikam --client-id ID --secret-env NEW_SECRET"],
  run: async (session, { connection, noWait: isQuick, ...given }) => {
    const credential = await credentialOf(session, given);
    const rotated = await session.server.call((api) =>
      api.connections.rotate.mutate({ connection, credential }),
    );
    return finish(session, rotated, isQuick);
  },
});

export const connectionsEnable = defineCommand({
  name: "connections enable",
  summary: "Enable a connection, and choose its subscriptions",
  input: {
    connection: reference,
    subscription: listOption(
      "id",
      "subscriptions to read, instead of the present ones",
      z.array(text).optional(),
    ),
  },
  examples: ["connections enable fabrikam --subscription ID ID"],
  run: async (session, { connection, subscription: subscriptions }) => {
    if (subscriptions !== undefined)
      await session.server.call((api) => api.connections.update.mutate({ connection, subscriptions }));
    const row = await session.server.call((api) => api.connections.enable.mutate({ connection }));
    print(
      session,
      row,
      () => `${row.name} is enabled, with ${countOf(row.subscriptions.length, "subscription")}.`,
    );
    return exitCodes.ok;
  },
});

export const connectionsEdit = defineCommand({
  name: "connections edit",
  summary: "Rename a connection, or correct its tenant",
  details: "The tenant can be corrected while the connection has never worked.",
  input: {
    connection: reference,
    name: option("name", "the new name", text.optional()),
    tenant: option("id", "the directory", text.optional()),
  },
  examples: ["connections edit fabrikam --name fabrikam-production"],
  run: async (session, { connection, name, tenant: tenantId }) => {
    if (name === undefined && tenantId === undefined)
      throw new UsageError("There is nothing to change.", "Use --name or --tenant.");
    const row = await session.server.call((api) =>
      api.connections.update.mutate({ connection, name, tenantId }),
    );
    print(session, row, () => `${row.name} is saved, with tenant ${row.tenantId}.`);
    return exitCodes.ok;
  },
});

export const connectionsDisable = defineCommand({
  name: "connections disable",
  summary: "Disable a connection: no new work starts",
  details: "Running jobs end, and Kluis still removes its own snapshots.",
  input: { connection: reference },
  examples: ["connections disable fabrikam"],
  run: async (session, { connection }) => {
    const row = await session.server.call((api) => api.connections.disable.mutate({ connection }));
    const { vms, protectedVms, policies, teams } = row.affects;
    const affected = [
      `${countOf(vms, "virtual machine")} (${protectedVms} protected)`,
      countOf(policies, "policy", "policies"),
      countOf(teams, "team"),
    ];
    print(session, row, () => `${row.name} is disabled. Affected: ${affected.join(", ")}.`);
    return exitCodes.ok;
  },
});

export const connectionsRemove = defineCommand({
  name: "connections remove",
  summary: "Remove a connection on which no virtual machine depends",
  details: "Kluis deletes the stored credential. Nothing changes in Azure.",
  input: { connection: reference },
  examples: ["connections remove fabrikam"],
  run: async (session, { connection }) => {
    const removed = await session.server.call((api) => api.connections.remove.mutate({ connection }));
    print(session, removed, () => `${removed.name} is removed.`);
    return exitCodes.ok;
  },
});
