import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Column, formatFacts, formatTable, printable } from "./table.ts";

interface Row {
  readonly name: string;
  readonly size: string;
}
const columns: readonly Column<Row>[] = [
  { title: "NAME", value: (row) => row.name, shrinkTo: 5 },
  { title: "SIZE", value: (row) => row.size, align: "right" },
];

describe("tables", () => {
  test("are as wide as their content", () => {
    const rows = [
      { name: "web-01", size: "8 GiB" },
      { name: "b", size: "14 GiB" },
    ];
    expect(formatTable(columns, rows, { empty: "none", width: 100 })).toBe(
      "NAME      SIZE\nweb-01   8 GiB\nb       14 GiB",
    );
    expect(formatTable(columns, [], { empty: "none", width: 100 })).toBe("none");
  });

  test("are never cut where nobody looks", () => {
    const rows = [{ name: "n".repeat(300), size: "1 B" }];
    expect(formatTable(columns, rows, { empty: "", width: Number.POSITIVE_INFINITY })).toContain(
      "n".repeat(300),
    );
  });

  test("fit, whatever is in them", () => {
    const row = fc.record({
      name: fc.string({ maxLength: 300, unit: "binary" }),
      size: fc.string({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const lines = formatTable(columns, rows, { empty: "", width: 100 }).split("\n");
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(100);
      }),
    );
  });

  test("no control character reaches the terminal", () => {
    expect(printable("a\u001B[31mb\r\nc\u009b")).toBe("a·[31mb··c·");
    expect(
      formatFacts([
        ["Job", "x\u0007"],
        ["State", "ok"],
      ]),
    ).toBe("Job    x·\nState  ok");
  });
});
