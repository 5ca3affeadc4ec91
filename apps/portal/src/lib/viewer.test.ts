import { describe, expect, it } from "vitest";
import { historyText } from "#features/vms/history-view-model.ts";
import { backupRefusal } from "#features/vms/use-backup.ts";
import { textsOf } from "#i18n/texts.ts";
import { createFormat } from "#lib/format.ts";
import { describeRoles, initials } from "#lib/viewer.ts";
import { isCurrent, visibleGroups } from "#shell/navigation.tsx";

describe("the signed-in user", () => {
  it("is described by the strongest role and the number of others", () => {
    const commerce = { id: "t1", name: "Commerce" };
    const describeIn = (locale: "en" | "nl", roles: Parameters<typeof describeRoles>[0]) =>
      describeRoles(roles, textsOf(locale, "shell"));
    expect(describeIn("en", [])).toBe("No role yet");
    expect(describeIn("en", [{ role: "owner", custom: null, team: null }])).toBe(
      "Owner · Whole organization",
    );
    expect(
      describeIn("nl", [
        { role: null, custom: { id: "r", name: "Nachtdienst" }, team: commerce },
        { role: "auditor", custom: null, team: null },
      ]),
    ).toBe("Nachtdienst · Commerce +1");
  });
  it("has initials", () => {
    expect([initials("Olivia Owner"), initials("Ada"), initials("Bram van der Berg"), initials(" ")]).toEqual(
      ["OO", "AD", "BB", "?"],
    );
  });
});

describe("navigation", () => {
  it("marks a page and the pages below it, and the overview only itself", () => {
    expect(isCurrent("/vms", "/vms/1")).toBe(true);
    expect(isCurrent("/vms", "/vmsomething")).toBe(false);
    expect(isCurrent("/", "/vms")).toBe(false);
  });
  it("shows only pages that the user may open", () => {
    const pages = (permissions: Parameters<typeof visibleGroups>[0]["permissions"]) =>
      visibleGroups({ permissions }).flatMap((group) => group.items.map((item) => item.page));
    expect(pages(["inventory:read"])).not.toContain("reports");
    expect(pages(["inventory:read"])).not.toContain("audit");
    expect(pages(["report:read"])).toContain("reports");
    expect(pages(["audit:read"])).toContain("audit");
  });
});

describe("backupRefusal", () => {
  const vm = { status: "protected", policy: {}, activeJob: null };
  it("allows what can be done and otherwise gives the reason", () => {
    expect(backupRefusal(vm)).toBeNull();
    expect(backupRefusal({ ...vm, status: "unprotected" })).toBe("notProtected");
    expect(backupRefusal({ ...vm, status: "stopped" })).toBe("notProtected");
    expect(backupRefusal({ ...vm, activeJob: { kind: "backup" } })).toBe("running");
    expect(backupRefusal({ ...vm, activeJob: { kind: "verify" } })).toBeNull();
    expect(backupRefusal({ ...vm, status: "deleted", policy: null })).toBe("deleted");
  });
});

describe("historyText", () => {
  const day = {
    day: "2026-11-22",
    succeeded: 6,
    warnings: 0,
    failed: 1,
    missed: 0,
    status: "failed" as const,
  };
  const inEnglish = (of: Parameters<typeof historyText>[0]) =>
    historyText(of, textsOf("en", "vms"), createFormat("en"));
  it("names the day and its outcomes, each once", () => {
    expect(inEnglish(day)).toBe("22 Nov: 6 succeeded, 1 failed");
    expect(inEnglish({ ...day, succeeded: 0, failed: 0, status: "idle" })).toBe("22 Nov: no backup due");
    expect(inEnglish({ ...day, status: "before-start" })).toBe("22 Nov: before protection");
    expect(historyText(day, textsOf("nl", "vms"), createFormat("nl"))).toBe("22 nov: 6 geslaagd, 1 mislukt");
  });
});
