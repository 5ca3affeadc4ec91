"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { vmMessages as text } from "#features/vms/messages.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";

/** "Back up now": starts the job and goes to its page, where it can be watched. */
export function useBackup(name: string) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  return useMutation(
    trpc.backup.start.mutationOptions({
      onSuccess: ({ jobId }) => {
        void outcome.done(text.backupStarted(name));
        router.push(`/jobs/${jobId}`);
      },
      onError: outcome.failed(text.backupFailed(name)),
    }),
  );
}

export interface BackupSubject {
  readonly status: string;
  readonly policy: unknown;
  readonly activeJob: { readonly kind: string } | null;
}

/** Why a backup cannot start now, or null; `roleRefusal` comes first because nothing else matters then. */
export function backupRefusal(vm: BackupSubject, roleRefusal: string | null): string | null {
  if (roleRefusal !== null) return roleRefusal;
  if (vm.status === "deleted") return text.reasons.deleted;
  if (vm.status === "unprotected" || vm.status === "stopped" || vm.policy === null)
    return text.reasons.notProtected;
  if (vm.activeJob?.kind === "backup") return text.reasons.running;
  return null;
}
