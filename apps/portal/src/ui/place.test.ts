import { describe, expect, it } from "vitest";
import { placeBeside } from "#ui/place.ts";

const view = { width: 400, height: 300 };
const box = { width: 100, height: 20 };

describe("placeBeside", () => {
  it("centers the box above its anchor", () => {
    expect(placeBeside({ left: 150, top: 100, width: 40, height: 30 }, box, view)).toEqual({
      left: 120,
      top: 74,
    });
  });
  it("goes below when there is no room above", () => {
    expect(placeBeside({ left: 150, top: 10, width: 40, height: 30 }, box, view).top).toBe(46);
  });
  it("stays inside the window", () => {
    expect(placeBeside({ left: 0, top: 100, width: 10, height: 10 }, box, view).left).toBe(4);
    expect(placeBeside({ left: 390, top: 100, width: 10, height: 10 }, box, view).left).toBe(296);
  });
});
