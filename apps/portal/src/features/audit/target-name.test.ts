import { describe, expect, it } from "vitest";
import { targetName } from "#features/audit/target-name.ts";
import { textsOf } from "#i18n/texts.ts";
import { createFormat } from "#lib/format.ts";

const words = {
  audit: textsOf("nl", "audit"),
  jobs: textsOf("nl", "jobs"),
  format: createFormat("nl"),
};
const nameOf = (type: string, name: string) => targetName({ type, id: "1", name }, words);

describe("targetName", () => {
  it("translates the names of jobs", () => {
    expect(nameOf("job", "backup of web-01")).toBe("Back-up van web-01");
    expect(nameOf("job", "restore-disk of web-01")).toBe("Schijfherstel van web-01");
    expect(nameOf("job", "restore of web-01_Data0 to copy of data")).toBe(
      "Herstel van web-01_Data0 naar copy of data",
    );
  });
  it("keeps names that it does not know", () => {
    expect(nameOf("job", "future of web-01")).toBe("future of web-01");
    expect(nameOf("vm", "backup of web-01")).toBe("backup of web-01");
  });
  it("translates the ledger and reports", () => {
    expect(nameOf("ledger", "Ledger")).toBe("Logboek");
    expect(nameOf("report", "Recovery points")).toBe("Herstelpunten");
  });
  it("formats the instant of a recovery point", () => {
    expect(nameOf("point", "web-01 2026-11-26T07:46:08.337Z")).toMatch(/^web-01 26 nov 2026/u);
  });
});
