"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { describeNotice, type NoticeView } from "#lib/notice.ts";
import { useFormat } from "#lib/use-format.ts";

/** Words notices in the page's language. */
export function useNotice(): (notice: NoticeView | null, english: string) => string {
  const notices = useTranslations("notices");
  const format = useFormat();
  return useCallback(
    (notice, english) => describeNotice(notice, english, { notices, format }),
    [notices, format],
  );
}
