import { expect, it } from "vitest";
import { ledgerTargetType, ledgerTargetTypes } from "./audit.ts";

it("reads the type of a stored event's object, also as earlier versions recorded it", () => {
  expect(ledgerTargetTypes.map(ledgerTargetType)).toEqual(ledgerTargetTypes);
  expect(ledgerTargetType("recovery-point")).toBe("point");
  expect(ledgerTargetType("a-type-of-another-version")).toBeNull();
});
