"use client";
import {
  Archive,
  Boxes,
  FileChartColumn,
  LayoutGrid,
  ListChecks,
  type LucideIcon,
  Monitor,
  ScrollText,
  Settings,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "#lib/cn.ts";
import { shellMessages as text } from "#shell/messages.ts";

interface Destination {
  readonly href: string;
  readonly label: string;
  readonly icon: LucideIcon;
}

interface Group {
  readonly label: string | null;
  readonly items: readonly Destination[];
}

const groups: readonly Group[] = [
  { label: null, items: [{ href: "/", label: text.overview, icon: LayoutGrid }] },
  {
    label: text.groups.protect,
    items: [
      { href: "/vms", label: text.vms, icon: Monitor },
      { href: "/policies", label: text.policies, icon: ListChecks },
      { href: "/jobs", label: text.jobs, icon: Boxes },
    ],
  },
  { label: text.groups.recover, items: [{ href: "/points", label: text.points, icon: Archive }] },
  {
    label: text.groups.prove,
    items: [
      { href: "/reports", label: text.reports, icon: FileChartColumn },
      { href: "/audit", label: text.audit, icon: ScrollText },
    ],
  },
  { label: text.groups.run, items: [{ href: "/settings", label: text.settings, icon: Settings }] },
];

/** Whether a destination is where the person is: itself or a page under it. */
export function isCurrent(href: string, pathname: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}

/** The main navigation: grouped by what one comes for. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const pathname = usePathname() ?? "/";
  return (
    <nav aria-label={text.mainNavigation} className="flex flex-col gap-4">
      {groups.map((group) => (
        <div key={group.label ?? "start"}>
          {group.label === null ? null : (
            <p className="px-3 pb-1 font-mono text-2xs tracking-wider text-nav-muted uppercase">
              {group.label}
            </p>
          )}
          <ul className="flex flex-col gap-px">
            {group.items.map((item) => (
              <NavigationLink
                key={item.href}
                item={item}
                current={isCurrent(item.href, pathname)}
                onNavigate={onNavigate}
              />
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

interface LinkProps {
  readonly item: Destination;
  readonly current: boolean;
  readonly onNavigate: (() => void) | undefined;
}

function NavigationLink({ item, current, onNavigate }: LinkProps) {
  const Icon = item.icon;
  return (
    <li>
      <Link
        href={item.href}
        aria-current={current ? "page" : undefined}
        onClick={() => onNavigate?.()}
        className={cn(
          "relative flex h-9 items-center gap-2.5 rounded-md px-3 text-base outline-offset-[-2px] transition-colors",
          current
            ? "bg-nav-raised font-medium text-nav-ink before:absolute before:inset-y-2 before:left-0 before:w-0.75 before:rounded-full before:bg-brass"
            : "text-nav-muted hover:bg-nav-raised/60 hover:text-nav-ink",
        )}
      >
        <Icon aria-hidden="true" className={cn("size-4.5", current && "text-brass")} strokeWidth={1.75} />
        {item.label}
      </Link>
    </li>
  );
}
