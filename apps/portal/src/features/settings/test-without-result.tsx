"use client";
import { useTranslations } from "next-intl";
import { Status } from "#ui/status.tsx";

/** The line of a test of a connection or vault that an engine runs now, or that never ran. */
export function TestWithoutResult({ pending }: { pending: boolean }) {
  const t = useTranslations("connections");
  return (
    <Status tone={pending ? "run" : "idle"} icon={pending ? "running" : "waiting"} look="plain">
      {t(pending ? "testing" : "neverTested")}
    </Status>
  );
}
