"use client";
import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "#lib/cn.ts";
import { type ButtonSize, type ButtonTone, buttonClass } from "#ui/button-class.ts";
import { Tooltip } from "#ui/tooltip.tsx";

export interface ButtonProps extends Omit<ComponentProps<"button">, "ref"> {
  readonly tone?: ButtonTone;
  readonly size?: ButtonSize;
  readonly icon?: ReactNode;
  /** Shows a spinner and ignores a second press, without losing the focus. */
  readonly busy?: boolean;
  /** Why it cannot be pressed. */
  readonly disabledReason?: string | null | undefined;
}

/**
 * A button. With `disabledReason` it stays in the tab order, is announced as disabled and shows the reason, because
 * what the server would refuse must be explained.
 */
export function Button(props: ButtonProps) {
  const { tone, size, icon, busy = false, disabledReason, className, children, disabled, ...rest } = props;
  const blocked = typeof disabledReason === "string";
  const inert = busy || blocked;
  const off = inert || disabled === true;
  const button = (
    <button
      type="button"
      {...rest}
      disabled={disabled === true && !inert}
      aria-disabled={inert || undefined}
      aria-busy={busy || undefined}
      data-disabled={off ? "" : undefined}
      className={cn(buttonClass(tone, size), className)}
      onClick={(event) => {
        // A submit button that is inert must not submit either.
        if (inert) event.preventDefault();
        else rest.onClick?.(event);
      }}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
  return blocked ? <Tooltip content={disabledReason}>{button}</Tooltip> : button;
}

export interface IconButtonProps extends ButtonProps {
  /** The accessible name, also shown as a tooltip. */
  readonly label: string;
}

/** A square button with only an icon; its name is its tooltip. */
export function IconButton({ label, className, ...rest }: IconButtonProps) {
  const button = <Button aria-label={label} tone="quiet" {...rest} className={cn("w-8 px-0", className)} />;
  return typeof rest.disabledReason === "string" ? button : <Tooltip content={label}>{button}</Tooltip>;
}

export interface LinkButtonProps extends Omit<ComponentProps<typeof Link>, "ref"> {
  readonly tone?: ButtonTone;
  readonly size?: ButtonSize;
  readonly icon?: ReactNode;
}

/** A link that looks like a button: it navigates and changes nothing. */
export function LinkButton({ tone, size, icon, className, children, ...rest }: LinkButtonProps) {
  return (
    <Link {...rest} className={cn(buttonClass(tone, size), className)}>
      {icon}
      {children}
    </Link>
  );
}

function Spinner() {
  return (
    <svg viewBox="0 0 16 16" className="animate-spin" aria-hidden="true">
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeOpacity="0.3" strokeWidth="2" />
      <path d="M8 2a6 6 0 0 1 6 6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
