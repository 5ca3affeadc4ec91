"use client";
import { useTranslations } from "next-intl";
import { settingsMessages as text } from "#features/settings/messages.ts";
import { useViewer } from "#shell/viewer-context.tsx";
import { Card, Facts } from "#ui/card.tsx";
import { Badge } from "#ui/status.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** Who one is to Kluis, and what one may do. */
export function YouCard() {
  const shell = useTranslations("shell");
  const viewer = useViewer();
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      <Card title={text.you} id="you">
        <Facts
          columns={2}
          facts={[
            { label: text.person, value: viewer.person.name },
            { label: text.username, value: viewer.person.username },
            {
              label: text.roles,
              value:
                viewer.roles.length === 0 ? (
                  shell("noRole")
                ) : (
                  <span className="flex flex-wrap gap-1">
                    {viewer.roles.map((held) => (
                      <Badge key={`${held.role}-${held.team?.id ?? ""}`} tone="accent">
                        {shell("rolesInScope", {
                          role: shell(`roles.${held.role}`),
                          scope: held.team?.name ?? shell("wholeOrganization"),
                        })}
                      </Badge>
                    ))}
                  </span>
                ),
            },
            { label: text.session, value: <AbsoluteTime at={viewer.sessionEndsAt} seconds={false} /> },
          ]}
        />
      </Card>
      <Card title={text.yourRights} id="rights">
        <ul className="flex list-disc flex-col gap-1 pl-4 marker:text-faint">
          {viewer.permissions.map((permission) => (
            <li key={permission}>{text.permissions[permission]}</li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
