"use client";
import type { Permission } from "@kluis/domain";
import { createContext, type ReactNode, useContext } from "react";
import { may, type Viewer } from "#lib/viewer.ts";
import { uiMessages } from "#ui/messages.ts";

const ViewerContext = createContext<Viewer | null>(null);

export function ViewerProvider({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

/** The signed-in person. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === null) throw new Error("useViewer needs ViewerProvider");
  return viewer;
}

/** Why the person may not do this anywhere, or null when they may: for `disabledReason`. */
export function useRefusal(permission: Permission): string | null {
  return may(useViewer(), permission) ? null : uiMessages.notAllowed;
}
