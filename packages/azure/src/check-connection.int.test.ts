/** Each way in which a connection fails has its own words. */

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CONTOSO_SUBSCRIPTION_ID,
  CONTOSO_TENANT_ID,
  ENGINE_CLIENT_ID,
  ENGINE_PRINCIPAL_ID,
  type LocalAzure,
  startLocalAzure,
} from "@kluis/local-azure";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkConnection } from "./check-connection.ts";
import type { AzureConfig } from "./config.ts";
import { connect } from "./connection.ts";

let local: LocalAzure;
let folder: string;
let expired: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-check-"));
  local = await startLocalAzure({
    dataDir: folder,
    seedFleet: (fabric) => fabric.ensureSubscription({ id: CONTOSO_SUBSCRIPTION_ID, name: "Contoso" }),
  });
  expired = await startExpiredSignIn(local.url);
});
afterAll(async () => {
  expired.close();
  await local.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Passes requests on, but refuses every token as Entra does after the end of a secret. */
async function startExpiredSignIn(target: string): Promise<Server> {
  const body = {
    error: "invalid_client",
    error_description: "AADSTS7000222: The provided client secret keys for app are expired.",
    error_codes: [7000222],
  };
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url?.includes("/token") === true) {
        response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(body));
        return;
      }
      const passed = await fetch(`${target}${request.url ?? ""}`, {
        headers: { host: request.headers.host ?? "" },
      });
      response.writeHead(passed.status, { "content-type": "application/json" }).end(await passed.text());
    };
    answer().catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
}

async function check(change: {
  readonly secret?: string;
  readonly tenantId?: string;
  readonly login?: string;
}) {
  const { secret = local.entra.secrets().engine, tenantId = CONTOSO_TENANT_ID, login = local.url } = change;
  const config: AzureConfig = {
    tenantId,
    subscriptions: [],
    credential: { kind: "secret", clientId: ENGINE_CLIENT_ID, secret },
    authorityHost: "https://login.microsoftonline.com",
    armUrl: "https://management.azure.com",
    rewrite: new Map([
      ["login.microsoftonline.com", login],
      ["management.azure.com", local.url],
    ]),
  };
  const { error, subscriptions } = await checkConnection(connect(config), {
    signal: AbortSignal.timeout(60_000),
  });
  return { error: error === null ? null : [error.code, error.reason ?? null], subscriptions };
}

const assign = (role: "Reader" | "Contributor") =>
  local.fabric.addRoleAssignment({
    principalId: ENGINE_PRINCIPAL_ID,
    scope: `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}`,
    role,
  });

test("the sign-in fails in its own words", async () => {
  expect((await check({ secret: "wrong" })).error).toEqual(["AZURE_AUTH_FAILED", "secret-wrong"]);
  expect((await check({ login: urlOf(expired) })).error).toEqual(["AZURE_AUTH_FAILED", "secret-expired"]);
  const tenantId = "00000000-0000-4000-8000-000000000099";
  expect((await check({ tenantId })).error).toEqual(["AZURE_AUTH_FAILED", "tenant-unknown"]);
  expect((await check({ login: "http://127.0.0.1:9" })).error).toEqual(["AZURE_UNREACHABLE", null]);
});

test("an identity without a role, with a weaker role, and with the role", async () => {
  expect(await check({})).toEqual({ error: ["CONNECTION_UNUSABLE", "sees-nothing"], subscriptions: [] });
  await assign("Reader");
  const { error, subscriptions } = await check({});
  expect(error).toBeNull();
  expect(subscriptions).toMatchObject([{ id: CONTOSO_SUBSCRIPTION_ID, name: "Contoso", error: null }]);
  expect(subscriptions[0]?.missing).toContain("Microsoft.Compute/disks/write");
  expect(subscriptions[0]?.missing).not.toContain("Microsoft.Compute/disks/read");
  await assign("Contributor");
  expect((await check({})).subscriptions).toMatchObject([{ missing: [] }]);
});
