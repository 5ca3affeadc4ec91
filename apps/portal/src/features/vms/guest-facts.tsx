import type { Texts } from "#i18n/texts.ts";
import type { Format } from "#lib/format.ts";
import type { Fact } from "#ui/card.tsx";

const startTypes = ["Automatic", "Manual", "Disabled"] as const;

/** What Kluis found in the Windows guest after protection changed it; a record of a newer version may hold more. */
export function guestFacts(
  changes: Readonly<Record<string, unknown>> | null,
  t: Texts<"vms">,
  format: Format,
): readonly Fact[] {
  if (changes === null) return [];
  const { vcRedist2013, vssStartType, iaasVmProviderInstalled, checkedAt } = changes;
  const startType = startTypes.find((known) => known === vssStartType);
  return [
    {
      label: t("guest.vcRedist2013"),
      value: typeof vcRedist2013 === "string" ? vcRedist2013 : t("guest.notInstalled"),
    },
    {
      label: t("guest.vssStartType"),
      value: startType === undefined ? t("guest.unknown") : t(`guest.startTypes.${startType}`),
    },
    {
      label: t("guest.provider"),
      value: iaasVmProviderInstalled === true ? t("guest.installed") : t("guest.notInstalled"),
    },
    ...(typeof checkedAt === "string"
      ? [{ label: t("guest.checkedAt"), value: format.absolute(new Date(checkedAt)) }]
      : []),
  ];
}
