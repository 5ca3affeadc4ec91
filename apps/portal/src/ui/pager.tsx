"use client";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { lastPage } from "#lib/url-state.ts";
import { Button } from "#ui/button.tsx";

export interface PagerProps {
  /** Counted from 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly shown: number;
  readonly total: number;
  /** Whether there are rows that no page shows. */
  readonly hasMore: boolean;
  readonly onPage: (page: number) => void;
}

/** The range of rows on the page, and the way to the others. A page beyond the last one becomes the last. */
export function Pager({ page, pageSize, shown, total, hasMore, onPage }: PagerProps) {
  const t = useTranslations("ui");
  const last = lastPage(total, pageSize);
  const beyond = page > last;
  useEffect(() => {
    if (beyond) onPage(last);
  }, [beyond, last, onPage]);
  if (beyond || last === 1) return null;
  const first = (page - 1) * pageSize + 1;
  const range = t(hasMore ? "pageRangeOfMore" : "pageRange", { from: first, to: first + shown - 1, total });
  return (
    <nav aria-label={range} className="flex items-center justify-end gap-3 border-t border-line px-4 py-2">
      <span className="tabular text-sm text-muted">{range}</span>
      <div className="flex gap-1">
        <Button
          size="sm"
          disabled={page === 1}
          onClick={() => onPage(page - 1)}
          icon={<ChevronLeft aria-hidden="true" />}
        >
          {t("previousPage")}
        </Button>
        <Button size="sm" disabled={page === last} onClick={() => onPage(page + 1)}>
          {t("nextPage")}
          <ChevronRight aria-hidden="true" />
        </Button>
      </div>
    </nav>
  );
}
