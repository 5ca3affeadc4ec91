"use client";
import { Menu as Base } from "@base-ui/react/menu";
import Link from "next/link";
import type { ReactElement, ReactNode } from "react";
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

const itemClass =
  "flex min-h-8 w-full cursor-default items-center gap-2 rounded-sm px-2 py-1 text-left text-sm outline-hidden select-none data-highlighted:bg-hover data-disabled:text-faint [&_svg]:size-4 [&_svg]:shrink-0";

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly items?: readonly MenuItem[];
  readonly children?: ReactNode;
  readonly align?: "start" | "end";
}

/** A menu of actions: arrow keys, type-ahead, Escape. A refused action stays visible with its reason. */
export function Menu({ trigger, items = [], children, align = "end" }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} className="z-50 outline-hidden">
          <Base.Popup className="fade-pop max-w-80 min-w-48 rounded-lg border border-line bg-raised p-1 shadow-pop outline-hidden">
            {children}
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

export interface RadioOption<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly icon?: ReactNode;
  /** The language of the label, when it is not the page's. */
  readonly lang?: string;
}

export interface RadioMenuProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly RadioOption<T>[];
  readonly onChange: (value: T) => void;
}

/** One choice of several inside a menu. */
export function MenuRadio<T extends string>({ label, value, options, onChange }: RadioMenuProps<T>) {
  return (
    <Base.RadioGroup
      value={value}
      onValueChange={(next: unknown) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      <Base.GroupLabel className="eyebrow px-2 pt-1.5 pb-1">{label}</Base.GroupLabel>
      {options.map((option) => (
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

export function MenuSeparator() {
  return <Base.Separator className="my-1 h-px bg-line" />;
}
