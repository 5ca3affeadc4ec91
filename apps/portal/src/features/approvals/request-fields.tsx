"use client";
import { approvalLimits } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";

/** Hours that a person chooses from; the command line takes any number. */
const choices = [1, 8, 24, approvalLimits.hours, 168, approvalLimits.hoursMost] as const;

/** A ticket and the time until a request expires, as the API takes them. */
export interface RequestOptions {
  readonly ticket?: string;
  readonly expiresInHours: number;
}

/** The state of what a request may say beside its reason. */
export function useRequestOptions() {
  const [ticket, setTicket] = useState("");
  const [hours, setHours] = useState<number>(approvalLimits.hours);
  const text = ticket.trim();
  const options: RequestOptions = { ...(text !== "" && { ticket: text }), expiresInHours: hours };
  return { ticket, setTicket, hours, setHours, options };
}

/** The ticket and the expiry of a request for a second person. */
export function RequestFields({ state }: { state: ReturnType<typeof useRequestOptions> }) {
  const t = useTranslations("approvals");
  const hoursText = (hours: number) =>
    hours % 24 === 0 ? t("request.days", { days: hours / 24 }) : t("request.hours", { hours });
  return (
    <div className="mt-4 grid items-start gap-4 text-ink sm:grid-cols-2">
      <Field label={t("request.ticket")}>
        <Input
          value={state.ticket}
          maxLength={approvalLimits.ticketLength}
          autoComplete="off"
          onValueChange={state.setTicket}
        />
      </Field>
      <div className="flex flex-col gap-1">
        <span className="text-sm font-medium" id="request-expiry">
          {t("request.expires")}
        </span>
        <Select
          labelledBy="request-expiry"
          value={String(state.hours)}
          options={choices.map((hours) => ({ value: String(hours), label: hoursText(hours) }))}
          onChange={(value) => state.setHours(Number(value))}
        />
      </div>
    </div>
  );
}
