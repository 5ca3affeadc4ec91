/** What a plan is made from: Azure's list of changes, all allocated ranges, or both, to confirm the first by the second. */
export const planLists = ["changed", "allocated", "confirmed"] as const;
export type PlanList = (typeof planLists)[number];
