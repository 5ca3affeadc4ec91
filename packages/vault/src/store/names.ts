import { invalid } from "../errors.ts";

/** Refuses names that could leave a folder or mean something else in a blob service. */
export function checkName(name: string): void {
  const parts = name.split("/");
  const good = parts.every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part));
  if (!good || name.length > 512) throw invalid(`"${name}" is not a name of an object in a vault.`);
}

/** Prefixes are empty, or a name followed by `/`. */
export function checkPrefix(prefix: string): void {
  if (prefix === "") return;
  if (!prefix.endsWith("/")) throw invalid("A prefix ends with a slash.");
  checkName(prefix.slice(0, -1));
}
