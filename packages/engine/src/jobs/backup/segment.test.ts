import { describe, expect, it } from "vitest";
import { mustFit } from "./segment.ts";

describe("a snapshot", () => {
  const disk = { name: "data", diskBytes: 4096 };

  it("is read when it is as large as the disk was", () => {
    expect(() => mustFit(disk, 4096)).not.toThrow();
  });

  it.each([512, 8192])("is refused when the disk was resized meanwhile: %d bytes", (bytes) => {
    expect(() => mustFit(disk, bytes)).toThrow(expect.objectContaining({ code: "CONFLICT" }));
  });
});
