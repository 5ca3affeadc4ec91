"use client";
import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

export interface TooltipProps {
  readonly content: ReactNode;
  /** One focusable element; it receives the trigger's handlers. */
  readonly children: ReactElement;
  readonly side?: "top" | "bottom" | "left" | "right";
}

/** A short hint on hover and on keyboard focus. Never the only place of something a person must know. */
export function Tooltip({ content, children, side = "top" }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger delay={250} closeOnClick={false} render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="z-50">
          <Base.Popup
            role="tooltip"
            className="fade-pop max-w-72 rounded-md bg-ink px-2 py-1 text-xs text-canvas shadow-pop"
          >
            {content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
