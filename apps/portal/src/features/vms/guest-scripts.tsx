import { noticeText, readGuestState, scriptNotices } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { useNotice } from "#lib/use-notice.ts";
import { Alert } from "#ui/alert.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Pre and post scripts of a Linux guest: whether they can work, and which files run as root; nothing without scripts. */
export function GuestScripts({ changes }: { changes: Readonly<Record<string, unknown>> | null }) {
  const t = useTranslations("policyScripts.vm");
  const notice = useNotice();
  const state = readGuestState(changes).scripts;
  if (state === undefined) return null;
  const { checkedAt, files, findings, unreachable } = state;
  const isWrong = findings.length > 0 || unreachable !== null;
  return (
    <Card title={t("title")} id="scripts" flush>
      <div className="flex flex-col gap-2 p-4">
        {scriptNotices(state).map((one) => {
          const sentence = notice(one, noticeText(one));
          const key = `${one.code}-${JSON.stringify(one.params)}`;
          if (isWrong) return <Alert key={key} tone="warn" title={sentence} />;
          return <p key={key}>{sentence}</p>;
        })}
        <p className="text-sm text-muted">
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
  const columns: readonly Column<Files[number]>[] = [
    {
      key: "path",
      header: t("path"),
      isRowHeader: true,
      cell: ({ path }) => <span className="font-mono text-xs break-all">{path}</span>,
    },
    { key: "owner", header: t("owner"), cell: ({ owner }) => owner ?? "–" },
    { key: "mode", header: t("mode"), cell: ({ mode }) => <span className="tabular">{mode ?? "–"}</span> },
    {
      key: "digest",
      header: t("digest"),
      cell: ({ sha256 }) => (
        <span className="font-mono text-xs" title={sha256 ?? undefined}>
          {sha256?.slice(0, 12) ?? "–"}
        </span>
      ),
    },
  ];
  return (
    <div className="border-t border-line">
      <DataTable label={t("title")} columns={columns} rows={files} rowKey={({ path }) => path} empty={null} />
    </div>
  );
}
