import type { CompiledMessage } from "icu-minify/format";

/** The pseudo-locale: compiled English with accents, brackets and a third more length. Text without brackets is hard-coded. */

export const pseudoStart = "⟦";
export const pseudoEnd = "⟧";

const plain = "aceinouyACEINOUY";
const accented = "áçéîñöûýÁÇÉÎÑÖÛÝ";

/** One message of the pseudo-locale; arguments, plural rules and tags keep working. */
export function pseudoMessage(message: CompiledMessage): CompiledMessage {
  const nodes: readonly unknown[] = typeof message === "string" ? [message] : message;
  const end = ` ${"~".repeat(Math.max(1, Math.ceil(lengthOf(nodes) * 0.3)))}${pseudoEnd}`;
  if (typeof message === "string") return `${pseudoStart}${accent(message)}${end}`;
  return [pseudoStart, ...message.map((node) => pseudoNode(node)), end] as CompiledMessage;
}

function accent(text: string): string {
  return text.replaceAll(/[aceinouy]/giu, (letter) => accented[plain.indexOf(letter)] ?? letter);
}

function lengthOf(nodes: readonly unknown[]): number {
  return nodes.reduce<number>((sum, node) => sum + (typeof node === "string" ? node.length : 4), 0);
}

/**
 * A node is literal text, the pound sign (0) or an array: `[name]` an argument, `[name, type, details]` a typed
 * argument, `[name, ...children]` a tag (icu-minify's compiled format).
 */
function pseudoNode(node: unknown): unknown {
  if (typeof node === "string") return accent(node);
  if (!isList(node) || node.length === 1) return node;
  const [name, second, ...rest] = node;
  if (typeof second !== "number" || second === 0) return [name, ...[second, ...rest].map(pseudoNode)];
  return [name, second, ...rest.map(pseudoBranches)];
}

/** The branches of a plural or select, each text, the pound sign or a list of nodes; a number's style stays. */
function pseudoBranches(branches: unknown): unknown {
  if (typeof branches !== "object" || branches === null) return branches;
  const entries = Object.entries(branches).map(([key, branch]): readonly [string, unknown] => [
    key,
    isList(branch) ? branch.map(pseudoNode) : pseudoNode(branch),
  ]);
  return Object.fromEntries(entries);
}

/** As `Array.isArray`, without its `any`. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
