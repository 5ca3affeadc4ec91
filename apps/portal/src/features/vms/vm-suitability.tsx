"use client";
import { useTranslations } from "next-intl";
import type { VmRow, VmView } from "#lib/api-types.ts";
import { Card } from "#ui/card.tsx";
import { Badge, Status, type StatusIcon, type Tone } from "#ui/status.tsx";

type Finding = VmView["suitability"][number];
type Severity = Finding["severity"];

const looks: Record<Severity, { readonly tone: Tone; readonly icon: StatusIcon }> = {
  refuses: { tone: "bad", icon: "cross" },
  warns: { tone: "warn", icon: "warning" },
  notes: { tone: "idle", icon: "none" },
};

/** What prevents or complicates the backup of the VM; nothing when nothing does. */
export function VmSuitability({ vm }: { vm: VmView }) {
  const t = useTranslations("suitability");
  if (vm.suitability.length === 0) return null;
  return (
    <Card title={t("title")} id="suitability" flush>
      <ul className="divide-y divide-line">
        {vm.suitability.map((finding) => (
          <FindingRow key={`${finding.code} ${finding.severity}`} finding={finding} vm={vm} />
        ))}
      </ul>
    </Card>
  );
}

function FindingRow({ finding, vm }: { finding: Finding; vm: VmView }) {
  const t = useTranslations("suitability");
  const { tone, icon } = looks[finding.severity];
  const names = vm.disks.filter(({ key }) => finding.disks.includes(key)).map(({ name }) => name);
  return (
    <li className="flex flex-col gap-2 px-4 py-3 sm:flex-row sm:gap-4">
      <span className="sm:w-32 sm:shrink-0">
        <Status tone={tone} icon={icon}>
          {t(`severities.${finding.severity}`)}
        </Status>
      </span>
      <div className="flex min-w-0 flex-col gap-1 text-sm">
        <p className="font-medium">{t(`findings.${finding.code}.text`)}</p>
        <p className="text-muted">{t(`findings.${finding.code}.action`)}</p>
        <Subject names={names} details={finding.details} />
      </div>
    </li>
  );
}

function Subject({ names, details }: { names: readonly string[]; details: readonly string[] }) {
  const t = useTranslations("suitability");
  if (names.length === 0 && details.length === 0) return null;
  return (
    <p className="flex flex-wrap items-center gap-1.5 text-xs text-faint">
      {names.length === 0 ? null : <span>{t("disksOf", { count: names.length })}</span>}
      {names.map((name) => (
        <Badge key={name}>{name}</Badge>
      ))}
      {details.map((detail) => (
        <span key={detail} className="max-w-full break-all font-mono">
          {detail}
        </span>
      ))}
    </p>
  );
}

/** The sign in the list: the worst finding about the VM's backups. */
export function SuitabilitySign({ suitability }: { suitability: VmRow["suitability"] }) {
  const t = useTranslations("suitability");
  if (suitability === null) return null;
  const { tone, icon } = looks[suitability === "partial" ? "refuses" : suitability];
  return (
    <Status look="plain" tone={tone} icon={icon}>
      {t(`sign.${suitability}`)}
    </Status>
  );
}
