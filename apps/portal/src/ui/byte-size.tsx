"use client";
import { cn } from "#lib/cn.ts";
import { useFormat } from "#lib/use-format.ts";

/** A byte count in binary units; the exact number is its title. */
export function ByteSize({ bytes, className }: { bytes: number | null; className?: string }) {
  const format = useFormat();
  if (bytes === null) return <span className="text-faint">–</span>;
  return (
    <span title={format.bytesExact(bytes)} data-value className={cn("tabular whitespace-nowrap", className)}>
      {format.bytes(bytes)}
    </span>
  );
}
