import { factsAfter, type GuestFacts, guestChangeNotices, noticeText, readGuestState } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { useNotice } from "#lib/use-notice.ts";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** What protection changed in a Windows guest, in words and as facts before and after; nothing when nothing is known of it. */
export function GuestChanges({ changes }: { changes: Readonly<Record<string, unknown>> | null }) {
  const t = useTranslations("vms");
  const notice = useNotice();
  const state = readGuestState(changes);
  const sentences = guestChangeNotices(changes);
  const before = state.before ?? null;
  const after = factsAfter(state);
  if (sentences.length === 0 && before === null) return null;
  return (
    <Card title={t("guest.title")} id="guest" flush>
      {sentences.length === 0 ? null : (
        <ul className="flex list-disc flex-col gap-1 p-4 pl-9">
          {sentences.map((one) => (
            <li key={one.code}>{notice(one, noticeText(one))}</li>
          ))}
        </ul>
      )}
      {before === null && after === null ? null : <GuestTable before={before} after={after} />}
    </Card>
  );
}

type Seen = GuestFacts | null;

/** The start types of a Windows service; Windows has others, which are shown as it writes them. */
const startTypes = ["Automatic", "Manual", "Disabled"] as const;

function isStartType(type: string | null): type is (typeof startTypes)[number] {
  return startTypes.some((known) => known === type);
}

interface GuestRow {
  readonly name: string;
  readonly of: (facts: GuestFacts) => string;
}

function GuestTable({ before, after }: { readonly before: Seen; readonly after: Seen }) {
  const t = useTranslations("vms.guest");
  const missing = t("missing");
  const rows: readonly GuestRow[] = [
    { name: t("runtime"), of: (facts) => facts.vcRedist2013 ?? missing },
    {
      name: t("vss"),
      of: ({ vssStartType: type }) => (isStartType(type) ? t(`startTypes.${type}`) : (type ?? "–")),
    },
    { name: t("provider"), of: (facts) => (facts.iaasVmProviderInstalled ? t("installed") : missing) },
  ];
  const columns: readonly Column<GuestRow>[] = [
    { key: "fact", header: t("fact"), isRowHeader: true, cell: ({ name }) => name },
    { key: "before", header: t("before"), cell: ({ of }) => (before === null ? "–" : of(before)) },
    { key: "after", header: t("after"), cell: ({ of }) => (after === null ? "–" : of(after)) },
  ];
  return (
    <div className="border-t border-line first:border-t-0">
      <DataTable label={t("title")} columns={columns} rows={rows} rowKey={({ name }) => name} empty={null} />
      <p className="flex flex-wrap gap-x-3 border-t border-line px-4 py-2.5 text-sm text-muted">
        {before === null ? null : (
          <span>
            {t("before")}: <AbsoluteTime at={before.checkedAt} seconds={false} />
          </span>
        )}
        {after === null ? null : (
          <span>
            {t("after")}: <AbsoluteTime at={after.checkedAt} seconds={false} />
          </span>
        )}
      </p>
    </div>
  );
}
