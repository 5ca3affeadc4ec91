"use client";
import { cloneElement, type HTMLAttributes, lazy, type ReactElement, Suspense, useState } from "react";
import type { MenuContent } from "#ui/menu-popup.tsx";

export type { MenuItem, RadioOption } from "#ui/menu-popup.tsx";

const loadPopup = () => import("#ui/menu-popup.tsx");
const MenuPopup = lazy(loadPopup);

export interface MenuProps extends MenuContent {
  /** The button that opens it. */
  readonly trigger: ReactElement<HTMLAttributes<HTMLElement>>;
}

/**
 * A menu of actions or of one choice: arrow keys, type-ahead, Escape. Its code loads when the user reaches for the
 * trigger, because no page needs it to start.
 */
export function Menu({ trigger, ...content }: MenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const prepare = () => void loadPopup();
  const button = cloneElement(trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": anchor !== null,
    onPointerEnter: prepare,
    onFocus: prepare,
    onClick: (event) => setAnchor(anchor === null ? event.currentTarget : null),
    onKeyDown: (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      setAnchor(event.currentTarget);
    },
  });
  return (
    <>
      {button}
      {anchor === null ? null : (
        <Suspense fallback={null}>
          <MenuPopup {...content} anchor={anchor} onClose={() => setAnchor(null)} />
        </Suspense>
      )}
    </>
  );
}
