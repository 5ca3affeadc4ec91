"use client";
import { ChevronDown, LogOut } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { describeRoles, initials, roleName, type Viewer } from "#lib/viewer.ts";
import { Menu } from "#ui/menu.tsx";

/** The signed-in user, the roles, and the way out. */
export function AccountMenu({ viewer }: { viewer: Viewer }) {
  const t = useTranslations("shell");
  const form = useRef<HTMLFormElement>(null);
  return (
    <>
      <form ref={form} method="post" action="/auth/sign-out" hidden />
      <Menu
        trigger={
          <button type="button" className="flex h-10 items-center gap-2.5 rounded-md px-2 hover:bg-hover">
            <span
              aria-hidden="true"
              className="grid size-7 place-items-center rounded-full bg-accent text-2xs font-semibold text-accent-ink"
            >
              {initials(viewer.person.name)}
            </span>
            <span className="sr-only text-left leading-tight sm:not-sr-only">
              <span className="sr-only">{t("accountOf")} </span>
              <span className="block text-sm font-medium">{viewer.person.name}</span>{" "}
              <span className="block text-xs text-muted">{describeRoles(viewer.roles, t)}</span>
            </span>
            <ChevronDown aria-hidden="true" className="size-3.5 text-faint" />
          </button>
        }
        items={[
          {
            label: t("signOut"),
            icon: <LogOut aria-hidden="true" />,
            onSelect: () => form.current?.requestSubmit(),
          },
        ]}
        header={
          <>
            <div className="px-2 pt-1.5 pb-1">
              <p className="text-sm font-semibold">{viewer.person.name}</p>
              <p className="text-xs break-all text-muted">{viewer.person.username}</p>
            </div>
            <div className="px-2 pb-1.5">
              <p className="eyebrow mt-1">{t("yourRoles")}</p>
              {viewer.roles.length === 0 ? <p className="text-sm text-muted">{t("noRole")}</p> : null}
              <ul className="text-sm">
                {viewer.roles.map((held) => (
                  <li
                    key={`${held.role ?? held.custom?.id}-${held.team?.id ?? ""}`}
                    className="flex justify-between gap-4"
                  >
                    <span>{roleName(held, t)}</span>
                    <span className="text-muted">{held.team?.name ?? t("wholeOrganization")}</span>
                  </li>
                ))}
              </ul>
            </div>
          </>
        }
      />
    </>
  );
}
