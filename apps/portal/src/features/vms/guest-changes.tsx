import { guestChangeNotices, noticeText, readGuestState } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { useNotice } from "#lib/use-notice.ts";
import { Card } from "#ui/card.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** What protection changed in a Windows guest, in words; nothing when nothing is known of it. */
export function GuestChanges({ changes }: { changes: Readonly<Record<string, unknown>> | null }) {
  const t = useTranslations("vms");
  const notice = useNotice();
  const sentences = guestChangeNotices(changes);
  const { before, checkedAt } = readGuestState(changes);
  if (sentences.length === 0) return null;
  return (
    <Card title={t("guest.title")} id="guest">
      <ul className="flex list-disc flex-col gap-1 pl-5">
        {sentences.map((one) => (
          <li key={one.code}>{notice(one, noticeText(one))}</li>
        ))}
      </ul>
      <p className="mt-3 text-sm text-muted">
        {before ? (
          <>
            {t("guest.before")} <AbsoluteTime at={before.checkedAt} />
            {" · "}
          </>
        ) : null}
        {checkedAt === undefined ? null : (
          <>
            {t("guest.after")} <AbsoluteTime at={checkedAt} />
          </>
        )}
      </p>
    </Card>
  );
}
