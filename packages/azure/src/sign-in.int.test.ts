/** Sign-in: what happens when Azure refuses a token, and what Entra's refusals mean. */
import { KluisError } from "@kluis/domain";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Gate, type GateAnswer, startGate } from "../test/gate.ts";
import { type AzureHarness, startAzure, vmId } from "../test/harness.ts";
import { parseAzureEnv } from "./config.ts";
import { type AzureConnection, connect } from "./connection.ts";
import { listMachines } from "./inventory.ts";
import { getVm } from "./vms.ts";

let harness: AzureHarness;
let gate: Gate;
beforeAll(async () => {
  harness = await startAzure();
});
afterEach(() => gate[Symbol.asyncDispose]());
afterAll(() => harness[Symbol.asyncDispose]());

/** A new process behind a new gate. */
async function behindGate(change: Record<string, string> = {}): Promise<AzureConnection> {
  gate = await startGate(harness.local.url);
  const KLUIS_AZURE_REWRITE = `management.azure.com=${gate.url},login.microsoftonline.com=${gate.url}`;
  return connect(parseAzureEnv({ ...harness.env, KLUIS_AZURE_REWRITE, ...change }));
}

const expired: GateAnswer = {
  status: 401,
  headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  body: { error: { code: "ExpiredAuthenticationToken", message: "The access token has expired." } },
};
const read = (azure: AzureConnection) => getVm(azure, vmId("lin"));
const virtualMachine = /virtualMachines/;

async function failureOf(azure: AzureConnection): Promise<KluisError> {
  const listing = { subscriptionId: azure.subscriptions[0] ?? "", link: null };
  const error: unknown = await listMachines(azure, listing).catch((failure: unknown) => failure);
  if (!(error instanceof KluisError)) throw new Error("The list did not fail.");
  return error;
}

describe("a refused token", () => {
  test("is replaced by one fresh token", async () => {
    const azure = await behindGate();
    await read(azure);
    gate.answer(virtualMachine, [expired]);
    expect((await read(azure))?.name).toBe("lin");
    expect(gate.tokenRequests()).toBe(2);
    await read(azure);
    expect(gate.tokenRequests()).toBe(2);
  });

  test("of many concurrent requests is replaced once", async () => {
    const azure = await behindGate();
    await read(azure);
    gate.answer(virtualMachine, [expired, expired, expired, expired]);
    const found = await Promise.all([read(azure), read(azure), read(azure), read(azure)]);
    expect(found.map((vm) => vm?.name)).toEqual(["lin", "lin", "lin", "lin"]);
    expect(gate.tokenRequests()).toBe(2);
  });

  test("that stays refused is Azure's answer, and the secret is not blamed", async () => {
    const azure = await behindGate();
    gate.answer(virtualMachine, [expired, expired]);
    const error = await failureOf(azure);
    expect(error).toMatchObject({ code: "AZURE_AUTH_FAILED", reason: "token-refused", retry: "bounded" });
    expect(error.message).toContain("ExpiredAuthenticationToken");
    expect(error.message).toContain("The access token has expired.");
    expect(error.action).not.toMatch(/check.*secret/i);
    // The next call starts with a fresh token again.
    expect((await read(azure))?.name).toBe("lin");
  });

  test("is replaced by one with the claims that Azure requires", async () => {
    const azure = await behindGate();
    await read(azure);
    const claims = { access_token: { nbf: { essential: true, value: "1" } } };
    const encoded = Buffer.from(JSON.stringify(claims)).toString("base64");
    const challenge = `Bearer realm="", error="insufficient_claims", claims="${encoded}"`;
    gate.answer(virtualMachine, [{ ...expired, headers: { "www-authenticate": challenge } }]);
    expect((await read(azure))?.name).toBe("lin");
    const asked = gate.seen.filter(({ line }) => line.includes("/token")).at(-1)?.body ?? "";
    expect(JSON.parse(new URLSearchParams(asked).get("claims") ?? "{}")).toMatchObject(claims);
  });

  test("of a managed identity is replaced past the cache of the process", async () => {
    const azure = await behindGate({ KLUIS_AZURE_CLIENT_SECRET_FILE: "", KLUIS_AZURE_CLIENT_ID: "" });
    vi.stubEnv("AZURE_POD_IDENTITY_AUTHORITY_HOST", gate.url);
    gate.answer(virtualMachine, [expired]);
    // It has no role here, so Azure accepts the second token and refuses the action.
    expect(await failureOf(azure)).toMatchObject({ code: "AZURE_FORBIDDEN", reason: "connection" });
    expect(gate.tokenRequests()).toBe(2);
    vi.unstubAllEnvs();
  });
});

describe("what Entra refuses", () => {
  const refusal = (description: string): GateAnswer => ({
    status: 401,
    body: { error: "invalid_client", error_description: `${description} Trace ID: x` },
  });
  test.each([
    ["AADSTS7000222", "The provided client secret keys are expired.", "secret-expired never"],
    ["AADSTS7000215", "Invalid client secret provided.", "secret-wrong never"],
    ["AADSTS700016", "Application with identifier 'x' was not found in the directory.", "app-unknown never"],
    ["AADSTS7000112", "Application 'x' is disabled.", "app-disabled never"],
    ["AADSTS90002", "Tenant 'x' not found.", "tenant-unknown never"],
    ["AADSTS5000225", "This tenant has been blocked due to inactivity.", "tenant-blocked never"],
    ["AADSTS53003", "Access has been blocked by Conditional Access policies.", "conditional-access never"],
    ["AADSTS700024", "Client assertion is not within its valid time range.", "clock bounded"],
    ["AADSTS70021", "No matching federated identity record found.", "assertion never"],
    ["AADSTS999999", "Something new.", "connection never"],
  ])("%s: %s → %s", async (code, description, means) => {
    const azure = await behindGate();
    gate.answer(/token/, [refusal(`${code}: ${description}`)]);
    const error = await failureOf(azure);
    expect(`${error.reason} ${error.retry}`).toBe(means);
    expect(error.message).toContain(code);
    expect(error.message).toContain(description);
  });
});
