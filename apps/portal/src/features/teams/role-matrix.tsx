"use client";
import { Check, Minus } from "lucide-react";
import { useTranslations } from "next-intl";
import { Fragment } from "react";
import type { TeamMembers } from "#lib/api-types.ts";
import { roleName } from "#lib/viewer.ts";
import { permissionGroups } from "#messages/teams.ts";
import { Card } from "#ui/card.tsx";

const groupNames = ["see", "back", "restore", "keep", "manage"] as const;

/** What each role of a team allows: permissions in groups by role. */
export function RoleMatrix({ roles }: { roles: TeamMembers["roles"] }) {
  const t = useTranslations("teams");
  const shell = useTranslations("shell");
  const settings = useTranslations("settings");
  return (
    <Card id="matrix" title={t("matrix")} description={t("matrixLead")} flush>
      {/* A region that scrolls sideways must be reachable by keyboard. */}
      <div role="group" aria-label={t("matrix")} tabIndex={0} className="overflow-x-auto -outline-offset-2">
        <table className="w-full border-collapse text-sm">
          <caption className="sr-only">{t("matrix")}</caption>
          <thead>
            <tr className="border-b border-line">
              <th scope="col" className="h-9 px-4 text-left font-medium text-faint">
                {t("permission")}
              </th>
              {roles.map((role) => (
                <th
                  key={role.role ?? role.custom?.id}
                  scope="col"
                  className="px-3 text-center font-medium whitespace-nowrap text-faint"
                >
                  {roleName(role, shell)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groupNames.map((group) => (
              <Fragment key={group}>
                <tr className="border-b border-line bg-sunken">
                  <th scope="rowgroup" colSpan={roles.length + 1} className="eyebrow px-4 py-1.5 text-left">
                    {t(`groups.${group}`)}
                  </th>
                </tr>
                {permissionGroups[group].map((permission) => (
                  <tr key={permission} className="border-b border-line last:border-b-0">
                    <th scope="row" className="min-w-48 px-4 py-1.5 text-left font-normal">
                      {settings(`permissions.${permission}`)}
                    </th>
                    {roles.map((role) => {
                      // In a team, no role gives the platform.
                      const has = role.permissions.includes(permission) && permission !== "platform:manage";
                      const Icon = has ? Check : Minus;
                      return (
                        <td key={role.role ?? role.custom?.id} className="px-3 text-center">
                          <Icon
                            aria-hidden="true"
                            className={has ? "mx-auto size-4 text-ok" : "mx-auto size-4 text-faint"}
                          />
                          <span className="sr-only">{has ? t("allowed") : t("notAllowed")}</span>
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
