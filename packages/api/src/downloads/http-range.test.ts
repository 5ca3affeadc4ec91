import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideRange } from "./http-range.ts";

const etag = '"abc"';
const of = (size: number, range?: string, more: object = {}) =>
  decideRange({ size, etag }, { range, ...more });

describe("range requests", () => {
  test("without a range the whole file is sent, and the response offers ranges", () => {
    expect(of(1000)).toEqual({
      status: 200,
      range: { start: 0, end: 999 },
      headers: { "accept-ranges": "bytes", etag, "content-length": "1000" },
    });
    expect(of(0)).toMatchObject({ status: 200, range: null });
  });

  test.each([
    ["bytes=0-0", { start: 0, end: 0 }],
    ["bytes=500-", { start: 500, end: 999 }],
    ["bytes=-1", { start: 999, end: 999 }],
    ["bytes=-5000", { start: 0, end: 999 }],
    ["bytes=990-5000", { start: 990, end: 999 }],
    ["BYTES = 1 - 2", { start: 1, end: 2 }],
  ])("%s", (header, range) => {
    const decision = of(1000, header);
    expect(decision).toMatchObject({ status: 206, range });
    expect(decision.headers["content-range"]).toBe(`bytes ${range.start}-${range.end}/1000`);
    expect(decision.headers["content-length"]).toBe(String(range.end - range.start + 1));
  });

  test.each(["bytes=1000-", "bytes=1000-1001", "bytes=-0"])("%s is beyond the end", (header) => {
    expect(of(1000, header)).toMatchObject({ status: 416, headers: { "content-range": "bytes */1000" } });
  });

  test.each(["bytes=5-2", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "bytes=-", ""])(
    "%s is ignored",
    (header) => {
      expect(of(1000, header).status).toBe(200);
    },
  );

  test("If-Range: the part only when the entity tag matches", () => {
    expect(of(1000, "bytes=10-", { ifRange: etag }).status).toBe(206);
    expect(of(1000, "bytes=10-", { ifRange: '"other"' }).status).toBe(200);
    expect(of(1000, "bytes=10-", { ifRange: `W/${etag}` }).status).toBe(200);
    expect(of(1000, "bytes=10-", { ifRange: "Sun, 22 Nov 2026 01:00:00 GMT" }).status).toBe(200);
    expect(of(1000, "bytes=5000-", { ifRange: '"other"' }).status).toBe(200);
  });

  test("If-Match and If-None-Match", () => {
    expect(of(1000, undefined, { ifMatch: '"x", "y"' }).status).toBe(412);
    expect(of(1000, undefined, { ifMatch: `"x", ${etag}` }).status).toBe(200);
    expect(of(1000, undefined, { ifMatch: `W/${etag}` }).status).toBe(412);
    expect(of(1000, undefined, { ifNoneMatch: `W/${etag}` }).status).toBe(304);
    expect(of(1000, undefined, { ifNoneMatch: '"x"' }).status).toBe(200);
    expect(of(1000, undefined, { ifMatch: "*" }).status).toBe(200);
  });

  test("a part that is sent is inside the file and never empty", () => {
    const number = fc.nat(3000).map(String);
    const header = fc.tuple(fc.oneof(number, fc.constant("")), fc.oneof(number, fc.constant("")));
    fc.assert(
      fc.property(fc.nat(2000), header, (size, [first, last]) => {
        const decision = of(size, `bytes=${first}-${last}`);
        if (decision.range === null) return;
        expect(decision.range.start).toBeGreaterThanOrEqual(0);
        expect(decision.range.end).toBeLessThan(size);
        expect(decision.range.start).toBeLessThanOrEqual(decision.range.end);
      }),
    );
  });
});
