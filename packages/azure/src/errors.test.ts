import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelineResponse,
  RestError,
} from "@azure/core-rest-pipeline";
import { describe, expect, test } from "vitest";
import { azureError, type CallRecord } from "./errors.ts";
import { retryAfterOf } from "./retry-after.ts";

const name = { operation: "read the disk", target: "/subscriptions/s/disks/d" };
const record: CallRecord = { failure: null, retryAfterMs: null, requestId: null, timedOut: false };

function restError(status: number, code: string, headers: Record<string, string> = {}): RestError {
  const response: PipelineResponse = {
    status,
    headers: createHttpHeaders(headers),
    request: createPipelineRequest({ url: "https://management.azure.com/" }),
  };
  return new RestError(`${code} failed`, { code, statusCode: status, response });
}

describe("errors of the SDKs become KluisErrors", () => {
  test.each([
    [401, "InvalidAuthenticationToken", "AZURE_AUTH_FAILED"],
    [403, "AuthorizationFailed", "AZURE_FORBIDDEN"],
    [404, "ResourceNotFound", "AZURE_NOT_FOUND"],
    [409, "OperationNotAllowed", "AZURE_CONFLICT"],
    [400, "InvalidParameter", "AZURE_REJECTED"],
    [500, "InternalServerError", "AZURE_FAILED"],
  ])("%i %s → %s", (status, azureCode, code) => {
    const error = azureError(restError(status, azureCode), name);
    expect(error.code).toBe(code);
    expect(error.params).toMatchObject({ azureCode, status, target: name.target });
    expect(error.message).toContain(azureCode);
    expect(error.action).toBeDefined();
  });

  test("an answer that was cut does not count as a refusal", () => {
    const error = azureError(restError(200, "PARSE_ERROR"), name);
    expect(error).toMatchObject({ code: "AZURE_UNREACHABLE", retry: "backoff" });
  });

  test("throttling has the wait", () => {
    const error = azureError(restError(429, "OperationNotAllowed", { "retry-after": "1200" }), name);
    expect(error.code).toBe("AZURE_THROTTLED");
    expect(error.retryAfterMs).toBe(1_200_000);
  });

  test("a failed operation keeps Azure's own code", () => {
    const failure = { code: "VMAgentStatusCommunicationError", message: "VM has not reported." };
    const thrown = new Error("The long-running operation has failed. VMAgentStatusCommunicationError.");
    const error = azureError(thrown, { ...name, record: { ...record, failure } });
    expect(error.code).toBe("AGENT_NOT_READY");
    expect(error.params).toMatchObject({ azureCode: failure.code, azureMessage: failure.message });
  });

  test("an operation's unknown code is AZURE_FAILED", () => {
    const error = azureError(new Error("x"), {
      ...name,
      record: { ...record, failure: { code: "New", message: "m" } },
    });
    expect(error).toMatchObject({ code: "AZURE_FAILED", retry: "bounded" });
  });

  test("a missing answer is AZURE_UNREACHABLE", () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
    expect(azureError(new Error("getToken failed", { cause: refused }), name).code).toBe("AZURE_UNREACHABLE");
    expect(azureError(new RestError("reset", { code: "ECONNRESET" }), name).code).toBe("AZURE_UNREACHABLE");
  });

  test("a caller's abort is CANCELLED, a timeout is not", () => {
    const aborted = Object.assign(new Error("The operation was aborted."), { name: "AbortError" });
    expect(azureError(aborted, { ...name, record }).code).toBe("CANCELLED");
    expect(azureError(aborted, { ...name, record: { ...record, timedOut: true } }).code).toBe(
      "AZURE_UNREACHABLE",
    );
  });

  test("a wrong secret has Entra's code and sentence, with one trace id", () => {
    const [trace, correlation] = [
      "141cd2bf-b5fc-4bee-8d6b-0e62d62fe17a",
      "dfe4c948-2203-4103-bbc8-8244bd943a26",
    ];
    const description = `AADSTS7000215: Invalid client secret provided. Trace ID: ${trace}`;
    const text = `invalid_client: Error(s): 7000215 - Timestamp: 2026-11-26 11:32:52Z - Description: ${description} Correlation ID: ${correlation} Timestamp: 2026-11-26 11:32:52Z - Correlation ID: ${correlation} - Trace ID: ${trace}`;
    const thrown = Object.assign(new Error(text), { name: "AuthenticationError" });
    expect(azureError(thrown, name)).toMatchObject({
      code: "AZURE_AUTH_FAILED",
      params: { azureCode: "AADSTS7000215", azureMessage: description },
    });
  });

  test("an error never holds the signature of an access URL", () => {
    const url = "https://md-x.blob.storage.azure.net/c/abcd?sv=2018&sr=b&si=g&sig=V2h5IG5vdA%3D%3D";
    const error = azureError(new RestError(`request to ${url} failed`, { code: "ECONNRESET" }), {
      operation: "read the disk",
      target: url,
    });
    expect(JSON.stringify({ message: error.message, params: error.params })).not.toContain("V2h5IG5vdA");
    expect(error.cause).toBeUndefined();
  });
});

describe("Retry-After", () => {
  const of = (headers: Record<string, string>) =>
    retryAfterOf(createHttpHeaders(headers), Date.parse("2026-11-22T12:00:00Z"));
  test("reads seconds, milliseconds and dates", () => {
    expect(of({ "retry-after": "17" })).toBe(17_000);
    expect(of({ "x-ms-retry-after-ms": "250", "retry-after": "1" })).toBe(250);
    expect(of({ "retry-after": "Sun, 22 Nov 2026 12:00:30 GMT" })).toBe(30_000);
    expect(of({ "retry-after": "0" })).toBeNull();
    // A date on a machine whose clock is a week behind.
    expect(of({ "retry-after": "Sun, 29 Nov 2026 12:00:30 GMT" })).toBe(3_600_000);
    expect(of({})).toBeNull();
  });
});
