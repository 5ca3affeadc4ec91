import { policyNameSchema } from "@kluis/domain";
import { expect, test } from "vitest";
import { firstTeam, freeName } from "#features/policies/policy-names.ts";

test("a copy gets a free name that the schema accepts", () => {
  expect(freeName("daily-copy", [])).toBe("daily-copy");
  expect(freeName("daily-copy", ["daily-copy", "daily-copy-2"])).toBe("daily-copy-3");
  for (const length of [2, 30, 60, 61, 62, 63, 80]) {
    const taken: string[] = [];
    for (let count = 0; count < 12; count++) taken.push(freeName("n".repeat(length), taken));
    expect(new Set(taken).size).toBe(12);
    for (const one of taken) expect(policyNameSchema.safeParse(one).success).toBe(true);
  }
});

test("a new policy starts with a team that it can have", () => {
  const [a, b] = [
    { id: "a", name: "A" },
    { id: "b", name: "B" },
  ];
  expect(firstTeam({ everyTeam: true, teams: [a, b] }, undefined)).toBe("");
  expect(firstTeam({ everyTeam: true, teams: [a, b] }, b)).toBe("b");
  expect(firstTeam({ everyTeam: false, teams: [a, b] }, null)).toBe("a");
  expect(firstTeam({ everyTeam: false, teams: [a] }, b)).toBe("a");
});
