/** The parts of an installation whose health is shown. */
export const healthParts = [
  "database",
  "engine",
  "clock",
  "work",
  "attention",
  "vault",
  "damage",
  "azure",
] as const;
export type HealthPart = (typeof healthParts)[number];

/** What beside a VM can need attention. `subscription`: it cannot be read at all. `inventory`: one of its VMs cannot be read. */
export const problemKinds = ["connection", "vault", "subscription", "inventory"] as const;
export type ProblemKind = (typeof problemKinds)[number];
