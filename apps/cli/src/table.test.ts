import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Look, widthOf } from "./look.ts";
import { type Column, formatTable } from "./table.ts";

interface Row {
  readonly name: string;
  readonly size: string;
  readonly text: string;
}
const name: Column<Row> = { title: "NAME", value: (row) => row.name, shrinkTo: 5 };
const size: Column<Row> = { title: "SIZE", value: (row) => row.size, align: "right", leaveOut: 1 };
const prose: Column<Row> = { title: "TEXT", value: (row) => row.text, wrapTo: 20 };

function look(width: number): Look {
  return { width, paint: (_tone, text) => text };
}
const pipe = look(Number.POSITIVE_INFINITY);
const empty = "none";

describe("tables", () => {
  test("are as wide as their content", () => {
    const rows = [
      { name: "web-01", size: "8 GiB", text: "" },
      { name: "b", size: "14 GiB", text: "" },
    ];
    expect(formatTable([name, size], rows, { empty, look: look(100) })).toBe(
      "NAME      SIZE\nweb-01   8 GiB\nb       14 GiB",
    );
    expect(formatTable([name, size], [], { empty, look: look(100) })).toBe("none");
  });

  test("have whole values on one line in a pipe", () => {
    const rows = [{ name: "n".repeat(300), size: "1 B", text: "t ".repeat(300).trim() }];
    expect(formatTable([name, size, prose], rows, { empty, look: pipe }).split("\n")[1]).toBe(
      `${"n".repeat(300)}   1 B  ${rows[0]?.text}`,
    );
  });

  test("leave out the marked column, then cut, when they are too wide", () => {
    const rows = [{ name: "n".repeat(12), size: "14 GiB", text: "" }];
    expect(formatTable([name, size], rows, { empty, look: look(20) })).toContain("SIZE");
    expect(formatTable([name, size], rows, { empty, look: look(19) })).toBe(`NAME\n${"n".repeat(12)}`);
    expect(formatTable([name, size], rows, { empty, look: look(8) })).toBe(`NAME\n${"n".repeat(7)}…`);
  });

  test("wrap prose in its column, and below the row where too little room is left", () => {
    const rows = [{ name: "standard", size: "", text: "every day at one; keeps one a day" }];
    expect(formatTable([name, prose], rows, { empty, look: look(32) })).toBe(
      ["NAME      TEXT", "standard  every day at one;", "          keeps one a day"].join("\n"),
    );
    expect(formatTable([name, prose], rows, { empty, look: look(26) })).toBe(
      ["NAME", "standard", "  every day at one; keeps", "  one a day"].join("\n"),
    );
  });

  test("count the columns of wide characters", () => {
    const rows = [{ name: "仮想マシン", size: "", text: "" }];
    expect(formatTable([name], rows, { empty, look: look(9) })).toBe("NAME\n仮想マシ…");
    expect(formatTable([name, prose], rows, { empty, look: look(80) })).toBe("NAME        TEXT\n仮想マシン");
  });

  test("fit, whatever is in them", () => {
    const row = fc.record({
      name: fc.string({ maxLength: 300, unit: "binary" }),
      size: fc.string({ maxLength: 20 }),
      text: fc.string({ maxLength: 300, unit: "binary" }),
    });
    const property = fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      for (const line of formatTable([name, size, prose], rows, { empty, look: look(80) }).split("\n"))
        expect(widthOf(line)).toBeLessThanOrEqual(80);
    });
    fc.assert(property);
  });
});
