"use client";
import { type BulkKind, bulkKinds, bulkPermissions } from "@kluis/domain";
import { ChevronDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useState } from "react";
import type { Selection } from "#features/bulk/use-selection.ts";
import type { VmFilterInput } from "#features/vms/url-state.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

const BulkDialog = lazy(() => import("#features/bulk/bulk-dialog.tsx"));

export interface SelectionBarProps {
  readonly selection: Selection;
  readonly filter: VmFilterInput;
  /** The rows of this page. */
  readonly pageIds: readonly string[];
  /** How many match the filters. */
  readonly total: number;
}

/** The selection in the list, and what to do with it. */
export default function SelectionBar({ selection, filter, pageIds, total }: SelectionBarProps) {
  const t = useTranslations("bulk");
  const mayBackUp = useRefusal("backup:run");
  const mayProtect = useRefusal("protection:write");
  const mayDelete = useRefusal("point:delete");
  const [kind, setKind] = useState<BulkKind | null>(null);
  const refusals = { "backup:run": mayBackUp, "protection:write": mayProtect, "point:delete": mayDelete };
  const refusalOf = (one: BulkKind): string | null => {
    const needed = bulkPermissions[one].map((permission) =>
      permission === "backup:run" || permission === "protection:write" || permission === "point:delete"
        ? refusals[permission]
        : null,
    );
    return needed.find((reason) => reason !== null) ?? null;
  };
  const chosen = selection.all === null ? { vms: [...selection.ids] } : { filter };
  return (
    <div
      role="toolbar"
      aria-label={t("actions")}
      className="flex flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-2 text-sm"
    >
      <span role="status" className="mr-2 font-medium">
        {t(selection.all === null ? "selected" : "allSelected", { count: selection.count })}
      </span>
      {selection.all === null ? (
        <>
          <Button size="sm" onClick={() => selection.add(pageIds)}>
            {t("selectPage")}
          </Button>
          <Button size="sm" onClick={() => selection.selectAll(total)}>
            {t("selectAll", { count: total })}
          </Button>
        </>
      ) : null}
      <Button size="sm" onClick={selection.clear}>
        {t("clear")}
      </Button>
      <span className="ml-auto">
        <Menu
          trigger={
            <Button tone="primary" size="sm" icon={<ChevronDown aria-hidden="true" />}>
              {t("actions")}
            </Button>
          }
          items={bulkKinds.map((one) => ({
            label: t(`kinds.${one}`),
            ...(one === "stop" || one === "stop-delete" ? { tone: "danger" as const } : {}),
            disabledReason: refusalOf(one),
            onSelect: () => setKind(one),
          }))}
        />
      </span>
      {kind === null ? null : (
        <Suspense fallback={null}>
          <BulkDialog
            kind={kind}
            selection={chosen}
            count={selection.count}
            onClose={() => setKind(null)}
            onStarted={selection.clear}
          />
        </Suspense>
      )}
    </div>
  );
}
