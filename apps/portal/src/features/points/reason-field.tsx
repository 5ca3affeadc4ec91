"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { inputClass } from "#ui/field.tsx";

/** The API's minimum, so that the audit log never contains an empty reason. */
const minReasonLength = 3;
const maxReasonLength = 500;

/** The state of a required reason; `submit` calls back with it, or shows that it is too short. */
export function useReason() {
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const isShort = reason.trim().length < minReasonLength;
  return {
    reason,
    setReason,
    isWrong: tried && isShort,
    submit: (then: (reason: string) => void) => {
      setTried(true);
      if (!isShort) then(reason.trim());
    },
  };
}

/** The field of a reason in a confirmation. */
export function ReasonField({ label, state }: { label: string; state: ReturnType<typeof useReason> }) {
  const t = useTranslations("points");
  return (
    <label className="mt-4 block text-sm font-medium text-ink">
      {label}
      <input
        value={state.reason}
        required
        maxLength={maxReasonLength}
        aria-invalid={state.isWrong}
        onChange={(event) => state.setReason(event.target.value)}
        className={`${inputClass} mt-1 font-normal`}
      />
      {state.isWrong ? (
        <span className="mt-1 block text-xs text-bad">
          {t("detail.reasonShort", { minimum: minReasonLength })}
        </span>
      ) : null}
    </label>
  );
}
