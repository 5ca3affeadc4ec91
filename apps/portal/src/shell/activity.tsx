"use client";
import { openJobStates } from "@kluis/domain";
import { useQuery } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useTRPC } from "#lib/trpc.tsx";

/** The number of running jobs, in the head of every page; nothing when there are none. */
export function Activity() {
  const t = useTranslations("shell");
  const trpc = useTRPC();
  const running = useQuery(
    trpc.jobs.list.queryOptions(
      { state: [...openJobStates], pageSize: 1 },
      { refetchInterval: 10_000, retry: false },
    ),
  );
  const count = running.data?.total ?? 0;
  if (count === 0) return null;
  return (
    <Link
      href={`/jobs?state=${openJobStates.join(",")}`}
      className="inline-flex h-7 items-center gap-1.5 rounded-md bg-run-soft px-2 text-sm font-medium text-run hover:underline"
    >
      <LoaderCircle aria-hidden="true" className="size-3.5 animate-spin [animation-duration:2.4s]" />
      {t("jobsRunning", { count })}
    </Link>
  );
}
