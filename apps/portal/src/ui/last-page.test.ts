import { describe, expect, it } from "vitest";
import { lastPage } from "#ui/last-page.ts";

describe("lastPage", () => {
  it.each([
    [0, 1],
    [1, 1],
    [25, 1],
    [26, 2],
    [83, 4],
  ])("of %i rows at 25 a page is %i", (total, last) => {
    expect(lastPage({ total, pageSize: 25 })).toBe(last);
  });
});
