"use client";
import { missingRangesSchema } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { z } from "zod";
import type { JobStepView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";

/** Ranges that the page lists; the API has up to 200. */
const SHOWN = 20;

const detailSchema = z.object({ missing: missingRangesSchema });

/** What a restore that skips damage could not read: zeros on the new disk. */
export default function JobMissing({ step }: { step: JobStepView }) {
  const t = useTranslations("damage");
  const format = useFormat();
  const parsed = detailSchema.safeParse(step.detail);
  if (!parsed.success) return null;
  const { count, ranges } = parsed.data.missing;
  const shown = ranges.slice(0, SHOWN);
  return (
    <ul className="mt-1 flex list-disc flex-col gap-0.5 pl-4">
      {shown.map(({ offset, length, object }) => (
        <li key={offset} title={`${format.bytesExact(offset)}, ${format.bytesExact(length)}, ${object}`}>
          {t("point.range", { size: format.bytes(length), at: format.bytes(offset) })}
        </li>
      ))}
      {count > shown.length ? <li>{t("point.more", { count: count - shown.length })}</li> : null}
    </ul>
  );
}
