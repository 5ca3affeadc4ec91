/** The parts of an installation whose health is shown. */
export const healthParts = ["database", "engine", "vault", "azure"] as const;
export type HealthPart = (typeof healthParts)[number];
