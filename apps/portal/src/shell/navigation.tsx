"use client";
import type { Permission } from "@kluis/domain";
import { useQuery } from "@tanstack/react-query";
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
  UserCheck,
  UserRound,
  Users,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { cn } from "#lib/cn.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { may, type Viewer } from "#lib/viewer.ts";
import type { AppMessages } from "#messages/index.ts";
import { useViewer } from "#shell/viewer-context.tsx";

type PageName = keyof AppMessages["shell"]["pages"];
type GroupName = keyof AppMessages["shell"]["groups"];

interface Destination {
  readonly href: string;
  readonly page: PageName;
  readonly icon: LucideIcon;
  /** Without this permission anywhere, the page would only refuse, so the menu leaves it out. */
  readonly needs: Permission;
}

interface Group {
  readonly name: GroupName | null;
  readonly items: readonly Destination[];
}

const groups: readonly Group[] = [
  { name: null, items: [{ href: "/", page: "overview", icon: LayoutGrid, needs: "self" }] },
  {
    name: "protect",
    items: [
      { href: "/vms", page: "vms", icon: Monitor, needs: "self" },
      { href: "/policies", page: "policies", icon: ListChecks, needs: "self" },
      { href: "/jobs", page: "jobs", icon: Boxes, needs: "self" },
    ],
  },
  {
    name: "recover",
    items: [
      { href: "/points", page: "points", icon: Archive, needs: "self" },
      { href: "/approvals", page: "approvals", icon: UserCheck, needs: "inventory:read" },
    ],
  },
  {
    name: "prove",
    items: [
      { href: "/reports", page: "reports", icon: FileChartColumn, needs: "report:read" },
      { href: "/audit", page: "audit", icon: ScrollText, needs: "audit:read" },
    ],
  },
  {
    name: "run",
    items: [
      { href: "/teams", page: "teams", icon: Users, needs: "inventory:read" },
      { href: "/people", page: "people", icon: UserRound, needs: "team:manage" },
      { href: "/settings", page: "settings", icon: Settings, needs: "self" },
    ],
  },
];

/** The groups with the destinations that the user may open; a group without any is left out. */
export function visibleGroups(viewer: Pick<Viewer, "permissions">): readonly Group[] {
  return groups
    .map((group) => ({ ...group, items: group.items.filter((item) => may(viewer, item.needs)) }))
    .filter((group) => group.items.length > 0);
}

/** Whether a destination is the current page or an ancestor of it. */
export function isCurrent(href: string, pathname: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}

/** The main navigation, grouped by task. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const t = useTranslations("shell");
  const viewer = useViewer();
  const pathname = usePathname() ?? "/";
  return (
    <nav aria-label={t("mainNavigation")} className="flex flex-col gap-4">
      {visibleGroups(viewer).map((group) => (
        <div key={group.name ?? "start"}>
          {group.name === null ? null : (
            <p className="px-3 pb-1 font-mono text-2xs tracking-wider text-nav-muted uppercase">
              {t(`groups.${group.name}`)}
            </p>
          )}
          <ul className="flex flex-col gap-px">
            {group.items.map((item) => (
              <NavigationLink
                key={item.href}
                item={item}
                label={t(`pages.${item.page}`)}
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
  readonly label: string;
  readonly current: boolean;
  readonly onNavigate: (() => void) | undefined;
}

function NavigationLink({ item, label, current, onNavigate }: LinkProps) {
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
        {label}
        {item.page === "approvals" ? <ToDecide /> : null}
      </Link>
    </li>
  );
}

/** How many requests wait for the user; nothing when there are none, and for who decides none. */
function ToDecide() {
  const t = useTranslations("shell");
  const trpc = useTRPC();
  const decides = may(useViewer(), "approval:decide");
  const options = { enabled: decides, refetchInterval: every(60_000) };
  const count = useQuery(trpc.approvals.summary.queryOptions(undefined, options)).data?.toDecide ?? 0;
  if (!decides || count === 0) return null;
  return (
    <span
      title={t("toDecide", { count })}
      className="ml-auto inline-flex h-5 min-w-5 items-center justify-center rounded-full bg-brass px-1.5 text-xs font-semibold text-nav tabular"
    >
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span className="sr-only">{t("toDecide", { count })}</span>
    </span>
  );
}
