import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";

export interface CardProps {
  readonly title?: ReactNode;
  readonly description?: ReactNode;
  /** Actions on the whole card, at the right of its head. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
  readonly footer?: ReactNode;
  /** `flush` lets a table reach the card's edges. */
  readonly flush?: boolean;
  readonly className?: string;
  readonly id?: string;
}

/** A region of a page with its own heading. */
export function Card({
  title,
  description,
  actions,
  children,
  footer,
  flush = false,
  className,
  id,
}: CardProps) {
  return (
    <section
      id={id}
      aria-labelledby={id !== undefined && title !== undefined ? `${id}-title` : undefined}
      className={cn("min-w-0 rounded-lg border border-line bg-surface", className)}
    >
      {title === undefined ? null : (
        <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2.5">
          <div className="min-w-0 flex-1 basis-60">
            <h2 id={id === undefined ? undefined : `${id}-title`} className="text-base font-semibold">
              {title}
            </h2>
            {description === undefined ? null : <p className="text-sm text-muted">{description}</p>}
          </div>
          {actions === undefined ? null : <div className="flex items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={flush ? undefined : "p-4"}>{children}</div>
      {footer === undefined ? null : <footer className="border-t border-line px-4 py-2.5">{footer}</footer>}
    </section>
  );
}

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
  /** Takes the whole row. */
  readonly wide?: boolean;
}

export interface FactsProps {
  readonly facts: readonly Fact[];
  readonly columns?: 1 | 2 | 3 | 4;
  /** Values are figures or a word: two columns even on a phone. */
  readonly short?: boolean;
  /** Values are narrower than a time with its zone: three columns in less room. */
  readonly dense?: boolean;
}

/** Names and values of one thing, as a description list. The columns follow the room that the card has, not the window. */
export function Facts({ facts, columns = 3, short = false, dense = false }: FactsProps) {
  const grid = {
    1: "",
    2: "@md:grid-cols-2",
    3: dense ? "@sm:grid-cols-2 @lg:grid-cols-3" : "@md:grid-cols-2 @2xl:grid-cols-3",
    4: "@md:grid-cols-2 @2xl:grid-cols-4",
  };
  return (
    <div className="@container">
      <dl className={cn("grid gap-x-6 gap-y-3.5", short ? "grid-cols-2" : "grid-cols-1", grid[columns])}>
        {facts.map((fact) => (
          <div key={fact.label} className={cn("min-w-0", fact.wide === true && "col-span-full")}>
            <dt className="eyebrow">{fact.label}</dt>
            {/* A time is wider than half a phone. */}
            <dd className="mt-0.5 min-w-0 break-words max-sm:[&_time]:whitespace-normal">{fact.value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
