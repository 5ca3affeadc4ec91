/** The mark: the dial of a vault door with its keyhole, in brass. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true" fill="none" stroke="currentColor">
      <circle cx="16" cy="16" r="10.75" strokeWidth="2.25" />
      <path
        d="M16 1.75v3.5M16 26.75v3.5M1.75 16h3.5M26.75 16h3.5M5.92 5.92l2.1 2.1M23.98 23.98l2.1 2.1M5.92 26.08l2.1-2.1M23.98 8.02l2.1-2.1"
        strokeWidth="2.25"
        strokeLinecap="round"
      />
      <path
        d="M16 10.6a3.4 3.4 0 0 0-1.62 6.39L13.4 21.6h5.2l-.98-4.61A3.4 3.4 0 0 0 16 10.6Z"
        fill="currentColor"
        stroke="none"
      />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2.5">
      <Mark className="size-6.5 text-brass" />
      <span className="text-lg font-semibold tracking-tight">Kluis</span>
    </span>
  );
}
