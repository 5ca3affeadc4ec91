import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { missingActions, optionalActions, requiredActions } from "./required-actions.ts";

test("the role file has exactly the required and the optional actions", () => {
  const file = readFileSync(join(import.meta.dirname, "../../../docs/azure-role.json"), "utf8");
  const role = z.object({ Actions: z.array(z.string()) }).parse(JSON.parse(file));
  expect(role.Actions.toSorted()).toEqual([...requiredActions, ...optionalActions].toSorted());
});

test("actions are matched as Azure does: any case, wildcards, and what a role takes away", () => {
  const permission = (actions: string[], notActions: string[] = []) => ({ actions, notActions });
  expect(missingActions([permission(["*"])])).toEqual([]);
  expect(missingActions([permission(["*/read"]), permission(["microsoft.compute/*"])])).toEqual([]);
  expect(missingActions([permission(["*"], ["Microsoft.Compute/disks/*"])])).toEqual(
    requiredActions.filter((action) => action.startsWith("Microsoft.Compute/disks/")),
  );
  expect(missingActions([])).toEqual([...requiredActions]);
  for (const left of requiredActions) {
    const rest = requiredActions.filter((action) => action !== left);
    expect(missingActions([permission(rest)])).toEqual([left]);
  }
});
