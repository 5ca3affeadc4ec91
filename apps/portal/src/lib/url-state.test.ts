import { describe, expect, it } from "vitest";
import { jobListInput, jobListParams } from "#features/jobs/url-state.ts";
import { vmListInput, vmListParams } from "#features/vms/url-state.ts";
import { defined, lastPage, safePage } from "#lib/url-state.ts";

describe("list state in the address", () => {
  it("drops unknown words", () => {
    expect(vmListParams.status.parseServerSide("failing,nonsense,protected")).toEqual([
      "failing",
      "protected",
    ]);
    expect(jobListParams.sort.parseServerSide("nonsense")).toBe("createdAt");
    expect(vmListParams.page.parseServerSide("x")).toBe(1);
  });
  it("requests all rows when nothing is chosen", () => {
    const input = vmListInput({
      search: " ",
      status: [],
      policy: "",
      group: "",
      excluded: false,
      sort: "name",
      direction: "asc",
      page: 1,
    });
    expect(input).toEqual({ sort: "name", direction: "asc", page: 1, pageSize: 25 });
  });
  it("requests the chosen rows", () => {
    expect(
      jobListInput({
        search: "web",
        kind: ["backup"],
        state: ["failed"],
        sort: "vm",
        direction: "desc",
        page: 3,
      }),
    ).toEqual({
      search: "web",
      kind: ["backup"],
      state: ["failed"],
      sort: "vm",
      direction: "desc",
      page: 3,
      pageSize: 25,
    });
  });
  it("keeps pages within the limits of the API", () => {
    expect([safePage(0), safePage(-3), safePage(2.5), safePage(1e9), safePage(7)]).toEqual([
      1, 1, 1, 100_000, 7,
    ]);
  });
  it("returns the last page, and clamps a page beyond it", () => {
    expect([lastPage(83, 25), lastPage(75, 25), lastPage(1, 25), lastPage(0, 25)]).toEqual([4, 3, 1, 1]);
  });
  it("leaves out what is undefined or empty", () => {
    expect(defined({ a: "", b: undefined, c: 0, d: [] })).toEqual({ c: 0, d: [] });
  });
});
