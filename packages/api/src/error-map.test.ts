import {
  type ErrorCode,
  errorCatalog,
  errorReasons,
  KluisError,
  type KluisErrorArguments,
} from "@kluis/domain";
import { TRPCError } from "@trpc/server";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { apiErrorOf, httpStatusOf, kluisErrorOf, toTrpcError } from "./error-map.ts";

const codes = Object.keys(errorCatalog) as ErrorCode[];

describe("errors", () => {
  test.each(codes)("%s keeps code, message and action through tRPC", (code) => {
    const [reason] = errorReasons[code];
    const texts = { message: "What happened.", action: "What to do.", params: { vm: "web-01" } };
    const error = new KluisError(...([code, { ...texts, reason }] as KluisErrorArguments));
    const shown = apiErrorOf(toTrpcError(error), "request-1");
    expect(shown).toEqual({
      code,
      reason: reason ?? null,
      message: "What happened.",
      action: "What to do.",
      params: { vm: "web-01" },
      requestId: "request-1",
      retry: errorCatalog[code],
      issues: [],
    });
    expect(httpStatusOf(code)).toBeGreaterThanOrEqual(400);
  });

  test("an unexpected error reveals nothing", () => {
    const shown = apiErrorOf(new TypeError("password=hunter2 at 10.0.0.1"), "r");
    expect(shown.code).toBe("INTERNAL");
    expect(JSON.stringify(shown)).not.toContain("hunter2");
    const wrapped = new TRPCError({
      code: "INTERNAL_SERVER_ERROR",
      message: "hunter2",
      cause: new Error("hunter2"),
    });
    expect(JSON.stringify(apiErrorOf(wrapped, "r"))).not.toContain("hunter2");
    expect(
      JSON.stringify(apiErrorOf(new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "hunter2" }), "r")),
    ).not.toContain("hunter2");
  });

  test("invalid input names its fields, with the facts of each issue", () => {
    const parsed = z
      .object({ name: z.string(), deep: z.object({ n: z.number() }) })
      .safeParse({ deep: { n: "x" } });
    const error = kluisErrorOf(parsed.error);
    expect(error).toMatchObject({ code: "INPUT_INVALID", params: { fields: "name,deep.n" } });
    expect(apiErrorOf(error, "r").issues).toEqual([
      { path: "name", code: "invalid_type", params: { expected: "string" } },
      { path: "deep.n", code: "invalid_type", params: { expected: "number" } },
    ]);
    const limits = z
      .object({ days: z.int().max(9), name: z.string().min(2) })
      .safeParse({ days: 10, name: "" });
    expect(apiErrorOf(limits.error, "r").issues).toEqual([
      { path: "days", code: "too_big", params: { origin: "number", maximum: 9 } },
      { path: "name", code: "too_small", params: { origin: "string", minimum: 2 } },
    ]);
  });

  test("a row or an output that its schema refuses is INTERNAL, not an invalid input", () => {
    const { error: cause } = z.string().safeParse(1);
    const refused = new TRPCError({
      code: "INTERNAL_SERVER_ERROR",
      message: "Output validation failed",
      cause,
    });
    expect(apiErrorOf(refused, "r")).toMatchObject({ code: "INTERNAL", issues: [] });
    const input = new TRPCError({ code: "BAD_REQUEST", cause });
    expect(apiErrorOf(input, "r").code).toBe("INPUT_INVALID");
  });

  test("a canceled request is not an internal error", () => {
    const abort = new Error("aborted");
    abort.name = "AbortError";
    expect(kluisErrorOf(abort).code).toBe("CANCELLED");
  });
});
