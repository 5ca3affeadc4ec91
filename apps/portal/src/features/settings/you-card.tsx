"use client";
import { useTranslations } from "next-intl";
import { SessionsCard } from "#features/tokens/sessions-card.tsx";
import { roleName } from "#lib/viewer.ts";
import { useViewer } from "#shell/viewer-context.tsx";

import { Card, Facts } from "#ui/card.tsx";
import { Badge } from "#ui/status.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** The user's name, roles, sessions and permissions. */
export function YouCard() {
  const t = useTranslations("settings");
  const shell = useTranslations("shell");
  const viewer = useViewer();
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <Card title={t("you")} id="you">
          <Facts
            columns={2}
            facts={[
              { label: t("person"), value: viewer.person.name },
              { label: t("username"), value: viewer.person.username },
              {
                label: t("roles"),
                value:
                  viewer.roles.length === 0 ? (
                    shell("noRole")
                  ) : (
                    <span className="flex flex-wrap gap-1">
                      {viewer.roles.map((held) => (
                        <Badge key={`${held.role ?? held.custom?.id}-${held.team?.id ?? ""}`} tone="accent">
                          {shell("rolesInScope", {
                            role: roleName(held, shell),
                            scope: held.team?.name ?? shell("wholeOrganization"),
                          })}
                        </Badge>
                      ))}
                    </span>
                  ),
              },
              { label: t("session"), value: <AbsoluteTime at={viewer.sessionEndsAt} seconds={false} /> },
            ]}
          />
        </Card>
        <SessionsCard />
      </div>
      <Card title={t("yourRights")} id="rights">
        <ul className="flex list-disc flex-col gap-1 pl-4 marker:text-faint">
          {viewer.permissions.map((permission) => (
            <li key={permission}>{t(`permissions.${permission}`)}</li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
