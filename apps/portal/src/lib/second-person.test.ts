import { expect, test } from "vitest";
import { needsSecondPerson, wantedChange } from "#lib/second-person.ts";

const refused = { data: { kluis: { code: "CONFLICT", reason: "second-person", params: {} } } };

test("a refused change is known by its procedure and input", () => {
  const made = { variables: { vault: "main", name: "other" }, mutationKey: [["vaults", "update"]] };
  expect(wantedChange(refused, made)).toEqual({ change: "vaults.update", input: made.variables });
  expect(wantedChange(refused, { ...made, variables: undefined })).toEqual({
    change: "vaults.update",
    input: {},
  });
});

test.each([null, new Error("x"), { data: { kluis: { code: "CONFLICT", reason: "approvals-open" } } }])(
  "%j is another failure",
  (error) => {
    expect(needsSecondPerson(error)).toBe(false);
    expect(wantedChange(error, { variables: {}, mutationKey: [["vaults", "update"]] })).toBeNull();
  },
);

test("a mutation without the name of a procedure offers nothing", () => {
  expect(wantedChange(refused, { variables: {}, mutationKey: undefined })).toBeNull();
});
