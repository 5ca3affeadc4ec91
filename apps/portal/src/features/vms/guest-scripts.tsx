import { noticeText, readGuestState, scriptNotices } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { useNotice } from "#lib/use-notice.ts";
import { Card } from "#ui/card.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Pre and post scripts of a Linux guest: whether they can work, and which files run as root; nothing without scripts. */
export function GuestScripts({ changes }: { changes: Readonly<Record<string, unknown>> | null }) {
  const t = useTranslations("policyScripts.vm");
  const notice = useNotice();
  const state = readGuestState(changes).scripts;
  if (state === undefined) return null;
  const { checkedAt, files } = state;
  return (
    <Card title={t("title")} id="scripts" flush>
      <div className="flex flex-col gap-1 p-4 text-sm">
        {scriptNotices(state).map((one) => (
          <p key={`${one.code}-${JSON.stringify(one.params)}`} className="break-words">
            {notice(one, noticeText(one))}
          </p>
        ))}
        <p className="text-xs text-faint">
          {checkedAt === null ? t("never") : t.rich("checked", { time: () => <TimeAgo at={checkedAt} /> })}
        </p>
      </div>
      {files.length === 0 ? null : <FileTable files={files} />}
    </Card>
  );
}

type Files = NonNullable<ReturnType<typeof readGuestState>["scripts"]>["files"];

function FileTable({ files }: { files: Files }) {
  const t = useTranslations("policyScripts.vm");
  return (
    <div
      role="group"
      aria-label={t("title")}
      // A region that scrolls sideways must be reachable by keyboard.
      tabIndex={0}
      className="overflow-x-auto border-t border-line -outline-offset-2"
    >
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr className="border-b border-line text-left">
            {[t("path"), t("owner"), t("mode"), t("digest")].map((title) => (
              <th key={title} scope="col" className="px-4 py-2 font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {files.map(({ path, owner, mode, sha256 }) => (
            <tr key={path} className="border-b border-line last:border-b-0">
              <th scope="row" className="px-4 py-2 text-left font-mono text-xs font-normal">
                {path}
              </th>
              <td className="px-4 py-2">{owner ?? "–"}</td>
              <td className="px-4 py-2 tabular">{mode ?? "–"}</td>
              <td className="px-4 py-2 font-mono text-xs" title={sha256 ?? undefined}>
                {sha256?.slice(0, 12) ?? "–"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
