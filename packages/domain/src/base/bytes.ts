const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/**
 * Formats bytes in binary units with three digits: `0 B`, `512 B`, `1.5 KiB`, `64 GiB`.
 * @throws RangeError unless the value is a safe integer of at least 0
 */
export function formatBytes(bytes: number): string {
  if (!Number.isSafeInteger(bytes) || bytes < 0)
    throw new RangeError("A byte count must be a safe integer of at least 0.");
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  // 1023.7 KiB would print as 1024 KiB: use the next unit.
  if (Math.round(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${units[unit]}`;
}

const written = /^\s*(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB|PiB|K|M|G|T|P)?\s*$/i;

/**
 * Reads `64 GiB`, `1.5 MiB`, `4096`, `10G`. Units are binary.
 * @returns whole bytes; null when the text is not a size or not a whole number of bytes
 */
export function parseBytes(text: string): number | null {
  const match = written.exec(text);
  if (match === null) return null;
  const letter = (match[2] ?? "B").charAt(0).toUpperCase();
  const power = ["B", "K", "M", "G", "T", "P"].indexOf(letter);
  const bytes = Number(match[1]) * 1024 ** power;
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/**
 * Converts a byte count from the database or a file to a number.
 * @throws RangeError below 0 or above 2^53 - 1 (8 PiB), more than any disk has
 */
export function safeBytes(value: bigint): number {
  const bytes = Number(value);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError("A byte count is out of range.");
  return bytes;
}
