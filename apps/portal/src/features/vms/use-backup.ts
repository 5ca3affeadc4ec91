"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import type { AppMessages } from "#messages/index.ts";

/** "Back up now": starts the job and opens its page. */
export function useBackup(name: string) {
  const t = useTranslations("vms");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  return useMutation(
    trpc.backup.start.mutationOptions({
      onSuccess: ({ jobId }) => {
        void outcome.done(t("backupStarted", { name }));
        router.push(`/jobs/${jobId}`);
      },
      onError: outcome.failed(t("backupFailed", { name })),
    }),
  );
}

export interface BackupSubject {
  readonly status: string;
  readonly policy: unknown;
  readonly activeJob: { readonly kind: string } | null;
}

type BackupRefusal = keyof AppMessages["vms"]["reasons"];

/** Why a backup cannot start now, as a key of `vms.reasons`, or null. */
export function backupRefusal(vm: BackupSubject): Exclude<BackupRefusal, "role"> | null {
  if (vm.status === "deleted") return "deleted";
  if (vm.status === "unprotected" || vm.status === "stopped" || vm.policy === null) return "notProtected";
  if (vm.activeJob?.kind === "backup") return "running";
  return null;
}

/** The reason in words; a missing permission comes first, because it makes the others irrelevant. */
export function useBackupRefusal(vm: BackupSubject, roleRefusal: string | null): string | null {
  const t = useTranslations("vms");
  if (roleRefusal !== null) return roleRefusal;
  const refusal = backupRefusal(vm);
  return refusal === null ? null : t(`reasons.${refusal}`);
}
