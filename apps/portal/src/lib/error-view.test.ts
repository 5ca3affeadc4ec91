import { describe, expect, it } from "vitest";
import { describeError } from "#lib/error-view.ts";

describe("describeError", () => {
  it("reads the API's error with its action and request", () => {
    const view = describeError({
      message: "x",
      data: {
        kluis: { code: "VM_NOT_FOUND", message: "No VM web-9.", action: "Check the name.", requestId: "r1" },
      },
    });
    expect(view).toMatchObject({
      code: "VM_NOT_FOUND",
      title: "Virtual machine not found",
      message: "No VM web-9.",
      action: "Check the name.",
      requestId: "r1",
      retryable: false,
    });
  });

  it("offers to try again only where it can help", () => {
    const of = (code: string) =>
      describeError({ data: { kluis: { code, message: "m", action: null } } }).retryable;
    expect(of("DATABASE_UNREACHABLE")).toBe(true);
    expect(of("INTERNAL")).toBe(true);
    expect(of("FORBIDDEN")).toBe(false);
  });

  it("tells a portal that does not answer from an error of its own", () => {
    expect(describeError(new TypeError("Failed to fetch")).code).toBe("NETWORK");
    expect(describeError(new Error("boom")).code).toBe("INTERNAL");
    expect(describeError("boom").message).toBe("boom");
  });

  it("does not take an unknown code for one of ours", () => {
    expect(describeError({ code: "toString", message: "m" }).code).toBe("INTERNAL");
  });
});
