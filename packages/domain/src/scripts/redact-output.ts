/** Hides what looks like a secret in the output of a program that Kluis did not write. No rule finds every secret. */

const HIDDEN = "[hidden]";

const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  // user:password@ in an address
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]{1,200}:)[^\s@]{1,500}@/gi, `$1${HIDDEN}@`],
  [/\b(authorization\s*[:=]\s*(?:basic|bearer)?\s*)\S+/gi, `$1${HIDDEN}`],
  [/\b(bearer\s+)[a-z0-9._~+/=-]{8,}/gi, `$1${HIDDEN}`],
  [
    /((?:[a-z0-9]*[_-]?(?:password|passwd|pwd|passphrase|secret|token|apikey|api[_-]key|accountkey|accesskey|access[_-]key|sharedaccesskey|sig))["']?\s*[:=]\s*)("[^"\n]*"|'[^'\n]*'|[^\s,;&"']+)/gi,
    `$1${HIDDEN}`,
  ],
  [/(\s(?:--password|--passwd|--token|--secret)(?:\s+|=))\S+/gi, `$1${HIDDEN}`],
  // Keys of storage accounts and similar
  [/\b[A-Za-z0-9+/]{64,}={0,2}/g, HIDDEN],
];

/** Also removes control characters that could change a terminal. */
export function redactOutput(text: string): string {
  const printable = text.replaceAll(/\p{Cc}/gu, (char) => (char === "\n" || char === "\t" ? char : ""));
  return rules.reduce((rest, [pattern, replacement]) => rest.replaceAll(pattern, replacement), printable);
}
