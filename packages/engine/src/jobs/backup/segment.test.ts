import { describe, expect, it } from "vitest";
import { requireSameSize } from "./segment.ts";

describe("requireSameSize", () => {
  const disk = { name: "data", diskBytes: 4096 };

  it("accepts a snapshot of the size of the disk", () => {
    expect(() => requireSameSize(disk, 4096)).not.toThrow();
  });

  it.each([512, 8192])("refuses a snapshot of another size: %d bytes", (bytes) => {
    expect(() => requireSameSize(disk, bytes)).toThrow(expect.objectContaining({ code: "CONFLICT" }));
  });
});
