"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { describeError, type ErrorView } from "#lib/error-view.ts";
import { useFormat } from "#lib/use-format.ts";

/** Describes failures in the page's language. */
export function useErrorView(): (error: unknown) => ErrorView {
  const errors = useTranslations("errors");
  const validation = useTranslations("validation");
  const format = useFormat();
  return useCallback(
    (error) => describeError(error, { errors, validation, format }),
    [errors, validation, format],
  );
}
