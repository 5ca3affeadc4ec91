import type { Locale } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { textsOf } from "#i18n/texts.ts";
import { describeError } from "#lib/error-view.ts";
import { createFormat } from "#lib/format.ts";

function view(error: unknown, locale: Locale = "en") {
  return describeError(error, {
    errors: textsOf(locale, "errors"),
    validation: textsOf(locale, "validation"),
    format: createFormat(locale),
  });
}

const ofApi = (code: string, params: object = {}) => ({
  message: "x",
  data: { kluis: { code, message: "English text of the server.", action: null, params, requestId: "r1" } },
});

describe("describeError", () => {
  it("words the API's error in the language of the page, with its request id", () => {
    expect(view(ofApi("VM_NOT_FOUND"))).toMatchObject({
      code: "VM_NOT_FOUND",
      title: "Virtual machine not found",
      requestId: "r1",
      retryable: false,
    });
    expect(view(ofApi("VM_NOT_FOUND"), "nl").title).toBe("Virtuele machine niet gevonden");
  });

  it("words every guardrail of an error that lists several", () => {
    const violations = [
      { rule: "interval", params: { hours: 24, most: 12 } },
      { rule: "retention", params: { days: 7, least: 30, daily: 30, points: 0 } },
    ];
    const { data } = ofApi("GUARDRAIL", { count: 2, violations: JSON.stringify(violations) });
    const error = { data: { kluis: { ...data.kluis, reason: "several" } } };
    expect(view(error).message).toBe(
      "Up to 24 hours pass between two backups; at most 12 are allowed. Retention keeps a point of each of the last 7 days only; at least 30 are required.",
    );
    expect(view(error, "nl").action).toBe(
      "Plan de runs hoogstens 12 uur na elkaar. Bewaar één per dag voor 30 of meer.",
    );
    const unreadable = {
      data: { kluis: { ...data.kluis, reason: "several", params: { count: 2, violations: "{" } } },
    };
    expect(view(unreadable).message).toBe("2 guardrails are not kept.");
  });

  it("offers to try again only where it can help", () => {
    const of = (code: string) => view(ofApi(code)).retryable;
    expect([of("DATABASE_UNREACHABLE"), of("INTERNAL"), of("FORBIDDEN")]).toEqual([true, true, false]);
  });

  it("believes the server about one reason of a code", () => {
    const { data } = ofApi("AZURE_AUTH_FAILED");
    const of = (retry: string) => view({ data: { kluis: { ...data.kluis, retry } } }).retryable;
    expect([of("bounded"), of("never"), of("unknown")]).toEqual([true, false, false]);
  });

  it("separates a portal that does not answer from an error of the page", () => {
    expect(view(new TypeError("Failed to fetch")).code).toBe("NETWORK");
    expect(view(new Error("boom")).code).toBe("INTERNAL");
    expect(view("boom").message).not.toContain("boom");
  });

  it("recognizes the HTML page of a proxy", () => {
    const failure = view(new SyntaxError(`Unexpected token '<', "<html><b"... is not valid JSON`));
    expect(failure).toMatchObject({ code: "BAD_GATEWAY", retryable: true });
    expect(`${failure.title} ${failure.message}`).not.toMatch(/token|JSON/u);
  });

  it("does not accept an unknown code", () => {
    expect(view({ code: "toString", message: "m" }).code).toBe("INTERNAL");
  });

  it("says more for a code with a reason, and the general text for an unknown reason", () => {
    const of = (reason: string) =>
      view(
        { data: { kluis: { code: "VM_NOT_PROTECTED", message: "m", action: null, params: {}, reason } } },
        "nl",
      );
    expect(of("nothing-to-stop")).toMatchObject({ action: null });
    expect(of("nothing-to-stop").message).toMatch(/niet worden gestopt/u);
    expect(of("of-a-newer-version").message).toMatch(/geen actief beleid/u);
  });

  it("names the wrong fields of a refused input instead of the server's sentence", () => {
    const params = { fields: "name,document.retention.daily" };
    expect(view(ofApi("INPUT_INVALID", { fields: "schedule.times.0,unknownField" }), "nl").message).toBe(
      "Niet geldig: Tijden en unknownField.",
    );
    expect(view(ofApi("INPUT_INVALID", params)).message).toBe("Not valid: Name and Daily points.");
  });

  it("keeps Azure's own text apart", () => {
    const failure = view(ofApi("AZURE_REJECTED", { azureMessage: "The SKU is not available." }), "nl");
    expect(failure.azureMessage).toBe("The SKU is not available.");
    expect(failure.message).not.toContain("SKU");
  });
});
