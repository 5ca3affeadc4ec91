import { cn } from "#lib/cn.ts";

export type ButtonTone = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "sm" | "md";

const tones: Record<ButtonTone, string> = {
  primary: "bg-accent text-accent-ink border-transparent hover:not-data-disabled:bg-accent-hover",
  secondary: "bg-raised text-ink border-line-strong/60 hover:not-data-disabled:bg-hover",
  quiet:
    "bg-transparent text-muted border-transparent hover:not-data-disabled:bg-hover hover:not-data-disabled:text-ink",
  danger: "bg-bad text-bad-ink border-transparent hover:not-data-disabled:bg-bad-hover",
};

const sizes: Record<ButtonSize, string> = {
  sm: "h-7 px-2 text-sm gap-1.5",
  md: "h-8 px-3 text-sm gap-2",
};

/** The classes of a button, shared by buttons and links that look like one. */
export function buttonClass(tone: ButtonTone = "secondary", size: ButtonSize = "md"): string {
  return cn(
    "inline-flex items-center justify-center rounded-md border font-medium whitespace-nowrap select-none transition-colors",
    "data-disabled:cursor-not-allowed data-disabled:border-line data-disabled:bg-sunken data-disabled:text-faint",
    "[&>svg]:size-4 [&>svg]:shrink-0",
    tones[tone],
    sizes[size],
  );
}
