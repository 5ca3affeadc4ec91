import { join } from "node:path";

/** The demo users of the local Entra, and the files that keep their sessions between tests. */
export const people = {
  olivia: { name: "Olivia Owner" },
  bram: { name: "Bram Backup-Admin" },
  omar: { name: "Omar Operator" },
  rosa: { name: "Rosa Reader" },
  ada: { name: "Ada Auditor" },
  /** A second owner, who approves what Olivia requests. */
  otto: { name: "Otto Owner" },
} as const;
export type PersonKey = keyof typeof people;

export const authFolder = join(import.meta.dirname, "..", "..", "test-results", "auth");

export function sessionOf(person: PersonKey): string {
  return join(authFolder, `${person}.json`);
}
