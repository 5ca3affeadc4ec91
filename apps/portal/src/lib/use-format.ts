"use client";
import { useLocale } from "next-intl";
import { createFormat, type Format } from "#lib/format.ts";

/** The formatters of the page's language. */
export function useFormat(): Format {
  return createFormat(useLocale());
}
