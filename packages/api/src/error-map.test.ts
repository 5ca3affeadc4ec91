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
  test.each(codes)("%s keeps code, message and action on its way through tRPC", (code) => {
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
    });
    expect(httpStatusOf(code)).toBeGreaterThanOrEqual(400);
  });

  test("what nobody expected says nothing of itself", () => {
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

  test("wrong input names its fields", () => {
    const parsed = z
      .object({ name: z.string(), deep: z.object({ n: z.number() }) })
      .safeParse({ deep: { n: "x" } });
    const error = kluisErrorOf(parsed.error);
    expect(error).toMatchObject({ code: "INPUT_INVALID", params: { fields: "name,deep.n" } });
  });

  test("output that does not match its schema is an internal error, not invalid input", () => {
    const cause = z.object({ name: z.string() }).safeParse({}).error;
    const error = new TRPCError({
      code: "INTERNAL_SERVER_ERROR",
      message: "Output validation failed",
      cause,
    });
    expect(kluisErrorOf(error).code).toBe("INTERNAL");
    expect(JSON.stringify(apiErrorOf(error, "r"))).not.toContain("name");
  });

  test("a request that was cancelled is no failure of ours", () => {
    const abort = new Error("aborted");
    abort.name = "AbortError";
    expect(kluisErrorOf(abort).code).toBe("CANCELLED");
  });
});
