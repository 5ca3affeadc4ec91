"use client";
import type { Permission } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext } from "react";
import { may, type Viewer } from "#lib/viewer.ts";

const ViewerContext = createContext<Viewer | null>(null);

export function ViewerProvider({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

/** The signed-in user. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === null) throw new Error("useViewer needs ViewerProvider");
  return viewer;
}

/** Why the user may not do this anywhere, or null when allowed: for `disabledReason`. */
export function useRefusal(permission: Permission): string | null {
  const t = useTranslations("ui");
  return may(useViewer(), permission) ? null : t("notAllowed");
}
