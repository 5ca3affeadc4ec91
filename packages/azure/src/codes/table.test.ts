import { access, glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createHttpHeaders, createPipelineRequest, RestError } from "@azure/core-rest-pipeline";
import type { KluisError } from "@kluis/domain";
import { describe, expect, test } from "vitest";
import { documented, documentedCauses } from "../../test/documented-codes.ts";
import { azureError, type CallRecord } from "../errors.ts";
import { sources } from "./row.ts";
import { codeTables, outcomeOf, type Surface } from "./table.ts";

const surfaces = ["arm", "disk", "entra"] as const satisfies readonly Surface[];
const name = { operation: "do it", target: "/subscriptions/s" };
const emptyRecord: CallRecord = { failure: null, retryAfterMs: null, requestId: null, timedOut: false };

const meaning = ({ code, reason, retry }: Pick<KluisError, "code" | "reason" | "retry">) =>
  `${code}${reason === undefined ? "" : `/${reason}`} ${retry}`;

/** The error of a failed answer, as the SDKs throw it. */
function answered(
  surface: Surface,
  code: string,
  { text = "Azure said so.", status = 409 } = {},
): KluisError {
  if (surface === "entra") {
    return azureError(Object.assign(new Error(`${code}: ${text}`), { name: "AuthenticationError" }), name);
  }
  const request = createPipelineRequest({ url: "https://management.azure.com/" });
  const response = { status, headers: createHttpHeaders(), request };
  return azureError(new RestError(text, { code, statusCode: status, response }), { ...name, surface });
}

/** The error of a failed operation, as the SDK's pollers throw it. */
function failedOperation(code: string, text: string): KluisError {
  const failure = { code, message: text };
  const thrown = new Error(`The long-running operation has failed. ${code}. ${text}`);
  return azureError(thrown, { ...name, record: { ...emptyRecord, failure } });
}

describe("every documented code of Azure", () => {
  const all = surfaces.flatMap((surface) =>
    Object.entries(documented[surface]).flatMap(([means, codes]) =>
      codes.split(" ").map((code) => [surface, code, means] as const),
    ),
  );

  test.each(all)("%s %s → %s, with an action", (surface, code, means) => {
    const error = answered(surface, code);
    expect(meaning(error)).toBe(means);
    expect(error.action).toMatch(/^[A-Z].{9,}\.$/);
    expect(error.message).toContain(code);
  });

  test.each(all.filter(([surface]) => surface === "arm"))("%s %s of an operation → %s", (_, code, means) => {
    expect(meaning(failedOperation(code, "Azure said so."))).toBe(means);
  });

  test.each(documentedCauses)("%s: %s → %s", (code, text, means) => {
    expect(meaning(answered("arm", code, { text }))).toBe(means);
    expect(meaning(failedOperation(code, text))).toBe(means);
  });

  test.each(surfaces)("the table of %s has no other code", (surface) => {
    const known = all.filter(([one]) => one === surface).map(([, code]) => code);
    expect(Object.keys(codeTables[surface]).sort()).toEqual(known.sort());
    for (const row of Object.values(codeTables[surface])) expect(sources[row.source]).toMatch(/^https:/);
  });
});

describe("a code that no table has", () => {
  test.each([
    ["arm", 403, "AZURE_FORBIDDEN/unknown bounded"],
    ["arm", 404, "AZURE_FAILED/unknown bounded"],
    ["arm", 409, "AZURE_CONFLICT/unknown bounded"],
    ["arm", 400, "AZURE_REJECTED/unknown bounded"],
    ["arm", 502, "AZURE_FAILED/reported backoff"],
    ["arm", 429, "AZURE_THROTTLED/connection after"],
    ["disk", 403, "DISK_ACCESS_REFUSED/unknown bounded"],
  ] as const)("%s %i → %s", (surface, status, means) => {
    const error = answered(surface, "BrandNewCode", { status });
    expect(meaning(error)).toBe(means);
    expect(error.message).toContain("BrandNewCode");
  });

  test("is shown with its whole message", () => {
    const text = `New. ${"why ".repeat(400)}end`;
    expect(answered("arm", "BrandNewCode", { text, status: 400 }).params["azureMessage"]).toBe(text);
  });

  test("of a failed operation is temporary for a bounded time", () => {
    const error = failedOperation("BrandNewCode", "Something new.");
    expect(meaning(error)).toBe("AZURE_FAILED/unknown bounded");
    expect(error.message).toContain("BrandNewCode");
    expect(error.message).toContain("Something new.");
  });

  test("is decided by a known code inside it", () => {
    const codes = ["BrandNewCode", "SkuNotAvailable"];
    expect(outcomeOf({ surface: "arm", codes, text: "", status: 400 })).toBe("size");
  });
});

test.each([
  ["OverConstrainedAllocationRequest", "AZURE_LIMIT_REACHED/capacity state"],
  ["overconstrainedallocationrequest", "AZURE_LIMIT_REACHED/capacity state"],
])("the letter case of %s does not matter", (code, means) => {
  expect(meaning(answered("arm", code))).toBe(means);
});

test("the endpoint's refusal of a version names the setting", () => {
  const text = "The value for one of the HTTP headers is not in the correct format. HeaderName: x-ms-version";
  const error = answered("disk", "InvalidHeaderValue", { text, status: 400 });
  expect(meaning(error)).toBe("AZURE_REJECTED/storage-version never");
  expect(error.action).toContain("KLUIS_AZURE_STORAGE_VERSION");
});

test("a missing permission has its name and scope", () => {
  const text =
    "The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.Compute/disks/read' over scope '/subscriptions/s' or the scope is invalid.";
  const error = answered("arm", "AuthorizationFailed", { text, status: 403 });
  expect(error.params).toMatchObject({
    permission: "Microsoft.Compute/disks/read",
    scope: "/subscriptions/s",
  });
});

test("sources name only pages of the documentation that exist", async () => {
  const root = join(import.meta.dirname, "../../../..");
  const pages = new Set<string>();
  for await (const path of glob("{packages,apps}/*/src/**/*.{ts,tsx}", { cwd: root })) {
    const text = await readFile(join(root, path), "utf8");
    for (const page of text.match(/(?<=[ "`])docs\/[\w/-]+\.md/g) ?? []) pages.add(page);
  }
  expect([...pages]).toContain("docs/azure-setup.md");
  for (const page of pages) await access(join(root, page));
});
