"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useState } from "react";
import { useRefusalText } from "#features/teams/refusal-text.ts";
import type { TeamMembers } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { roleName } from "#lib/viewer.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { ErrorState } from "#ui/states.tsx";
import { Badge } from "#ui/status.tsx";

const AddMemberDialog = lazy(() => import("#features/teams/add-member.tsx"));

type Member = TeamMembers["members"][number];
export interface MembersCardProps {
  /** The team; null: the whole organization. */
  readonly team: string | null;
  readonly place: string;
  readonly members: TeamMembers;
}

/** Who holds which role in a team or in the organization. */
export function MembersCard({ team, place, members: shown }: MembersCardProps) {
  const t = useTranslations("teams");
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Member | null>(null);
  const isTeam = team !== null;
  return (
    <Card
      id={isTeam ? "members" : "organization"}
      title={isTeam ? t("members") : t("organization")}
      description={isTeam ? t("membersLead") : t("organizationLead")}
      flush={shown.members.length > 0}
      actions={
        <Button
          icon={<Plus aria-hidden="true" />}
          disabledReason={shown.canManage ? null : t("refusals.not-yours")}
          onClick={() => setAdding(true)}
        >
          {t("add")}
        </Button>
      }
    >
      {shown.members.length === 0 ? (
        <p className="text-muted">{t("noMembers")}</p>
      ) : (
        <ul className="divide-y divide-line">
          {shown.members.map((member) => (
            <MemberItem key={member.id} member={member} onRemove={() => setRemoving(member)} />
          ))}
        </ul>
      )}
      {adding ? (
        <Suspense>
          <AddMemberDialog team={team} place={place} roles={shown.roles} onClose={() => setAdding(false)} />
        </Suspense>
      ) : null}
      {removing === null ? null : <RemoveDialog member={removing} onClose={() => setRemoving(null)} />}
    </Card>
  );
}

function holderName({ person, group }: Member): string {
  return person?.name ?? group?.name ?? "";
}

function MemberItem({ member, onRemove }: { member: Member; onRemove: () => void }) {
  const t = useTranslations("teams");
  const shell = useTranslations("shell");
  const refusal = useRefusalText();
  const name = holderName(member);
  const role = roleName(member, shell);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-2.5">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <span data-value className="font-medium break-words">
            {name}
          </span>
          {member.group === null ? null : <Badge>{t("group")}</Badge>}
          {member.person?.isDisabled === true ? <Badge>{t("disabled")}</Badge> : null}
        </p>
        <p className="text-sm text-muted">
          {role}
          {member.person === null ? null : <span data-value> · {member.person.username}</span>}
        </p>
      </div>
      <Button
        size="sm"
        aria-label={t("removeOf", { name, role })}
        disabledReason={refusal(member.removal)}
        onClick={onRemove}
      >
        {t("remove")}
      </Button>
    </li>
  );
}

function RemoveDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useTranslations("teams");
  const shell = useTranslations("shell");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const remove = useMutation(
    trpc.teams.removeMember.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("removed"));
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("removeTitle", { name: holderName(member), role: roleName(member, shell) })}
      description={t("removeText")}
      action={t("removeSubmit")}
      busy={remove.isPending}
      error={remove.error === null ? undefined : <ErrorState compact error={remove.error} />}
      onConfirm={() => remove.mutate({ member: member.id })}
    />
  );
}
