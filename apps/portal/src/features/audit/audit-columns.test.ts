import { describe, expect, it } from "vitest";
import { targetName } from "#features/audit/audit-columns.tsx";
import { textsOf } from "#i18n/texts.ts";

describe("targetName", () => {
  const nl = textsOf("nl", "jobs");

  it("translates the names of jobs", () => {
    expect(targetName({ type: "job", id: "j", name: "backup of web-01" }, nl)).toBe("Back-up van web-01");
    expect(targetName({ type: "job", id: "j", name: "restore-disk of web-01" }, nl)).toBe(
      "Schijfherstel van web-01",
    );
  });

  it("keeps other names", () => {
    expect(targetName({ type: "vm", id: "v", name: "backup of web-01" }, nl)).toBe("backup of web-01");
    expect(targetName({ type: "job", id: "j", name: "repair of web-01" }, nl)).toBe("repair of web-01");
  });
});
