import { cn } from "#lib/cn.ts";
import { formatBytes, formatBytesExact } from "#lib/format.ts";

/** A byte count in binary units; the exact number is its title. */
export function ByteSize({ bytes, className }: { bytes: number | null; className?: string }) {
  if (bytes === null) return <span className="text-faint">–</span>;
  return (
    <span title={formatBytesExact(bytes)} className={cn("tabular whitespace-nowrap", className)}>
      {formatBytes(bytes)}
    </span>
  );
}
