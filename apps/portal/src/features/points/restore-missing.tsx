"use client";
import { useTranslations } from "next-intl";
import type { UseFormReturn } from "react-hook-form";
import type { RestoreForm } from "#features/points/restore-form.ts";
import type { RestorePlan } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { Alert } from "#ui/alert.tsx";
import { Check } from "#ui/field.tsx";

/** Ranges that the dialog lists. */
const SHOWN = 8;

interface RestoreMissingProps {
  readonly form: UseFormReturn<RestoreForm>;
  readonly missing: NonNullable<RestorePlan["missing"]>;
}

/** Of a damaged point: the ranges of the disk that cannot be read, and the choice to restore the rest. */
export default function RestoreMissing({ form, missing }: RestoreMissingProps) {
  const t = useTranslations("restores");
  const words = useTranslations("damage");
  const format = useFormat();
  const { bytes, count, ranges, searched } = missing;
  const shown = ranges.slice(0, SHOWN);
  return (
    <Alert
      tone="warn"
      title={bytes === 0 ? t("damagedUnknown") : t("damaged", { bytes: format.bytes(bytes), count })}
    >
      {searched ? null : <p>{words("point.searching")}</p>}
      <ul className="tabular flex flex-wrap gap-x-4">
        {shown.map(({ offset, length }) => (
          <li key={offset} title={`${format.bytesExact(offset)}, ${format.bytesExact(length)}`}>
            {words("point.range", { size: format.bytes(length), at: format.bytes(offset) })}
          </li>
        ))}
        {count > shown.length ? <li>{words("point.more", { count: count - shown.length })}</li> : null}
      </ul>
      <Check label={t("skip")} hint={t("skipHint")} {...form.register("skipDamaged")} />
    </Alert>
  );
}
