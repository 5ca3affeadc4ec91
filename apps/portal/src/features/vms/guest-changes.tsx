import { factsAfter, type GuestFacts, guestChangeNotices, noticeText, readGuestState } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { useNotice } from "#lib/use-notice.ts";
import { Card } from "#ui/card.tsx";
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

function GuestTable({ before, after }: { readonly before: Seen; readonly after: Seen }) {
  const t = useTranslations("vms.guest");
  const missing = t("missing");
  const rows = [
    { name: t("runtime"), of: (facts: GuestFacts) => facts.vcRedist2013 ?? missing },
    { name: t("vss"), of: (facts: GuestFacts) => facts.vssStartType ?? "–" },
    {
      name: t("provider"),
      of: (facts: GuestFacts) => (facts.iaasVmProviderInstalled ? t("installed") : missing),
    },
  ];
  return (
    <div
      role="group"
      aria-label={t("title")}
      // A region that scrolls sideways must be reachable by keyboard.
      tabIndex={0}
      className="overflow-x-auto border-t border-line -outline-offset-2 first:border-t-0"
    >
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr className="border-b border-line text-left align-bottom">
            <th scope="col">
              <span className="sr-only">{t("fact")}</span>
            </th>
            <SeenHead title={t("before")} facts={before} />
            <SeenHead title={t("after")} facts={after} />
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, of }) => (
            <tr key={name} className="border-b border-line last:border-b-0">
              <th scope="row" className="px-4 py-2 text-left font-medium">
                {name}
              </th>
              <td className="px-4 py-2">{before === null ? "–" : of(before)}</td>
              <td className="px-4 py-2">{after === null ? "–" : of(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SeenHead({ title, facts }: { readonly title: string; readonly facts: Seen }) {
  return (
    <th scope="col" className="px-4 py-2 font-medium">
      {title}
      {facts === null ? null : (
        <span className="block text-xs font-normal text-faint">
          <AbsoluteTime at={facts.checkedAt} seconds={false} />
        </span>
      )}
    </th>
  );
}
