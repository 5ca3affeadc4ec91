"use client";
import { useQuery } from "@tanstack/react-query";
import { useViolationText } from "#features/guardrails/violation-list.tsx";
import { useTRPC } from "#lib/trpc.tsx";

/** Why guardrails allow no download from the address of this browser; null: they do, or it is not known yet and the server decides. */
export function useDownloadRefusal(): string | null {
  const trpc = useTRPC();
  const textOf = useViolationText();
  const { data } = useQuery(trpc.guardrails.get.queryOptions());
  if (data === undefined || data.download === null) return null;
  const { message, action } = textOf(data.download);
  return `${message} ${action}`;
}
