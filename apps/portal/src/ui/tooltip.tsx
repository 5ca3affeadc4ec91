"use client";
import {
  cloneElement,
  type FocusEvent,
  type HTMLAttributes,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { placeBeside } from "#ui/place.ts";

/** Long enough not to flicker while the pointer crosses a row. */
const openAfterMs = 250;
/** Time to move the pointer onto the tooltip itself (WCAG 1.4.13, hoverable). */
const closeAfterMs = 120;

export interface TooltipProps {
  readonly content: ReactNode;
  /** One element that takes event handlers and can have the focus. */
  readonly children: ReactElement<HTMLAttributes<HTMLElement>>;
}

/** One timer at a time: a new start replaces the one that waits. */
function createTimer() {
  let handle: ReturnType<typeof setTimeout> | undefined;
  const stop = () => clearTimeout(handle);
  return {
    start: (work: () => void, ms: number) => {
      stop();
      handle = setTimeout(work, ms);
    },
    stop,
  };
}

/** A short hint on hover and on keyboard focus; Escape hides it. Never the only place of something a user must know. */
export function Tooltip({ content, children }: TooltipProps) {
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [timer] = useState(createTimer);
  useEffect(() => timer.stop, [timer]);
  const schedule = (next: HTMLElement | null, ms: number) => timer.start(() => setAnchor(next), ms);
  const own = children.props;
  const trigger = cloneElement(children, {
    "aria-describedby": anchor === null ? own["aria-describedby"] : id,
    onPointerEnter: (event: PointerEvent<HTMLElement>) => {
      own.onPointerEnter?.(event);
      if (event.pointerType !== "touch") schedule(event.currentTarget, openAfterMs);
    },
    onPointerLeave: (event: PointerEvent<HTMLElement>) => {
      own.onPointerLeave?.(event);
      schedule(null, closeAfterMs);
    },
    onFocus: (event: FocusEvent<HTMLElement>) => {
      own.onFocus?.(event);
      if (event.currentTarget.matches(":focus-visible")) schedule(event.currentTarget, 0);
    },
    onBlur: (event: FocusEvent<HTMLElement>) => {
      own.onBlur?.(event);
      schedule(null, 0);
    },
  });
  return (
    <>
      {trigger}
      {anchor === null ? null : (
        <Hint
          id={id}
          anchor={anchor}
          onStay={() => schedule(anchor, 0)}
          onLeave={() => schedule(null, closeAfterMs)}
          onClose={() => schedule(null, 0)}
        >
          {content}
        </Hint>
      )}
    </>
  );
}

interface HintProps {
  readonly id: string;
  readonly anchor: HTMLElement;
  readonly children: ReactNode;
  readonly onStay: () => void;
  readonly onLeave: () => void;
  readonly onClose: () => void;
}

/** The tooltip in the top layer, above dialogs, beside its anchor. */
function Hint({ id, anchor, children, onStay, onLeave, onClose }: HintProps) {
  const hint = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = hint.current;
    if (element === null) return;
    element.showPopover();
    const { left, top } = placeBeside(anchor.getBoundingClientRect(), element.getBoundingClientRect(), {
      width: document.documentElement.clientWidth,
      height: document.documentElement.clientHeight,
    });
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  }, [anchor]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") onClose();
    };
    window.addEventListener("keydown", onKey);
    window.addEventListener("scroll", onClose, { capture: true, passive: true });
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("scroll", onClose, { capture: true });
    };
  }, [onClose]);
  return createPortal(
    <div
      ref={hint}
      id={id}
      role="tooltip"
      popover="manual"
      onPointerEnter={onStay}
      onPointerLeave={onLeave}
      className="fixed inset-auto m-0 max-w-72 rounded-md border-0 bg-ink px-2 py-1 text-xs text-canvas shadow-pop"
    >
      {children}
    </div>,
    document.body,
  );
}
