"use client";
import { Menu as Base } from "@base-ui/react/menu";
import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";

export interface MenuItem {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly onSelect?: () => void;
  readonly href?: string;
  readonly tone?: "danger";
  /** Why it cannot be chosen; shown under the label. */
  readonly disabledReason?: string | null | undefined;
}

export interface RadioOption {
  readonly value: string;
  readonly label: string;
  readonly icon?: ReactNode;
  /** The language of the label, when it is not the page's. */
  readonly lang?: string;
}

/** One choice of several. */
export interface MenuChoice {
  readonly label: string;
  readonly value: string;
  readonly options: readonly RadioOption[];
  readonly onChange: (value: string) => void;
}

export interface MenuContent {
  /** Text above the items, set apart by a line. */
  readonly header?: ReactNode;
  readonly items?: readonly MenuItem[];
  readonly choice?: MenuChoice;
  readonly align?: "start" | "end";
}

export interface MenuPopupProps extends MenuContent {
  readonly anchor: HTMLElement;
  readonly onClose: () => void;
}

const itemClass =
  "flex min-h-8 w-full cursor-default items-center gap-2 rounded-sm px-2 py-1 text-left text-sm outline-hidden select-none data-highlighted:bg-hover data-disabled:text-faint [&_svg]:size-4 [&_svg]:shrink-0";

/** The open menu. A refused action stays visible with its reason. The focus returns to the anchor. */
export default function MenuPopup(props: MenuPopupProps) {
  const { anchor, onClose, header, items = [], choice, align = "end" } = props;
  return (
    <Base.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Base.Portal>
        <Base.Positioner anchor={anchor} align={align} sideOffset={4} className="z-50 outline-hidden">
          <Base.Popup
            finalFocus={() => anchor}
            className="fade-pop max-w-80 min-w-48 rounded-lg border border-line bg-raised p-1 shadow-pop outline-hidden"
          >
            {header === undefined ? null : (
              <>
                {header}
                <Base.Separator className="my-1 h-px bg-line" />
              </>
            )}
            {choice === undefined ? null : <Choice choice={choice} />}
            {items.map((item) => (
              <MenuRow key={item.label} item={item} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function MenuRow({ item }: { item: MenuItem }) {
  const reason = item.disabledReason;
  const content = (
    <>
      {item.icon}
      <span className="min-w-0">
        {item.label}
        {typeof reason === "string" ? <span className="block text-xs text-faint">{reason}</span> : null}
      </span>
    </>
  );
  if (item.href !== undefined && typeof reason !== "string") {
    return (
      <Base.LinkItem className={itemClass} render={<Link href={item.href} />}>
        {content}
      </Base.LinkItem>
    );
  }
  return (
    <Base.Item
      className={cn(itemClass, item.tone === "danger" && "text-bad")}
      disabled={typeof reason === "string"}
      onClick={() => item.onSelect?.()}
    >
      {content}
    </Base.Item>
  );
}

function Choice({ choice }: { choice: MenuChoice }) {
  return (
    <Base.RadioGroup
      value={choice.value}
      onValueChange={(next: unknown) => {
        const chosen = choice.options.find((option) => option.value === next);
        if (chosen !== undefined) choice.onChange(chosen.value);
      }}
    >
      <Base.GroupLabel className="eyebrow px-2 pt-1.5 pb-1">{choice.label}</Base.GroupLabel>
      {choice.options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} className={itemClass} closeOnClick>
          {option.icon}
          <span lang={option.lang} className="flex-1">
            {option.label}
          </span>
          <Base.RadioItemIndicator className="size-1.5 rounded-full bg-accent" />
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}
