import type { Unit } from "./calendar.ts";

export type Tier = "keepLast" | "daily" | "weekly" | "monthly" | "yearly";

/** So many points, or until an age. */
export type Keep = number | { readonly age: number; readonly unit: Unit };

export type Schedule =
  | { readonly kind: "daily"; readonly times: readonly string[] }
  /** Monday is 1. */
  | { readonly kind: "weekly"; readonly days: readonly number[]; readonly times: readonly string[] }
  | {
      readonly kind: "hourly";
      readonly every: 1 | 2 | 4 | 6 | 8 | 12;
      readonly from: string;
      readonly hours: number;
    };

export interface Rules {
  readonly zone: string;
  readonly schedule: Schedule;
  readonly keep: Partial<Record<Tier, Keep>>;
  readonly softDeleteDays: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a person or an accident does to the nth newest point that it can be done to; `unpin` ends all pins. */
export interface Act {
  readonly at: number;
  readonly does: "pin" | "unpin" | "delete" | "undelete" | "damage";
  readonly nth: number;
}

/** What happens to one VM. The first rules hold from the start of the year, when the VM comes under its policy. */
export interface Vm {
  readonly name: string;
  readonly rules: readonly { readonly from: number; readonly rules: Rules }[];
  /** Backups that start in this time fail, or take so many hours. */
  readonly troubles: readonly (Span & { readonly takes?: number })[];
  readonly acts: readonly Act[];
}

export interface Story extends Span {
  /** No engine runs. */
  readonly down: readonly Span[];
  /** The platform owner wants a point of each of so many days. */
  readonly guardrail: Span & { readonly days: number };
  readonly vms: readonly Vm[];
}

/** How long a backup takes, from its start to its point. */
export const backupTakes = 10 * 60_000;

/** Times at which the engine applies the rules of retention: every six hours, never at a full hour. */
export function passes({ from, to, down }: Story): number[] {
  const times: number[] = [];
  for (let at = from + 10 * 60_000; at < to; at += 6 * 3_600_000) times.push(at);
  return times.filter((at) => !down.some((span) => span.from <= at && at < span.to));
}

const at = (text: string) => Date.parse(`${text}Z`);
const yearStart = at("2011-06-01T00:00");

const amsterdam: Rules = {
  zone: "Europe/Amsterdam",
  schedule: { kind: "hourly", every: 2, from: "20:00", hours: 10 },
  keep: { keepLast: 12, daily: 7, weekly: 4, monthly: 12, yearly: 2 },
  softDeleteDays: 14,
};
const newYork: Rules = {
  zone: "America/New_York",
  schedule: { kind: "daily", times: ["01:30", "02:30", "13:00"] },
  keep: { daily: { age: 30, unit: "days" }, monthly: 6 },
  softDeleteDays: 7,
};
const lordHowe: Rules = {
  zone: "Australia/Lord_Howe",
  schedule: { kind: "hourly", every: 1, from: "00:15", hours: 4 },
  keep: {
    keepLast: { age: 2, unit: "days" },
    daily: { age: 2, unit: "weeks" },
    weekly: { age: 3, unit: "months" },
  },
  softDeleteDays: 1,
};
const kolkata: Rules = {
  zone: "Asia/Kolkata",
  schedule: { kind: "weekly", days: [1, 4], times: ["03:30", "15:30"] },
  keep: { weekly: { age: 8, unit: "weeks" }, monthly: { age: 6, unit: "months" } },
  softDeleteDays: 30,
};
const casablanca: Rules = {
  zone: "Africa/Casablanca",
  schedule: { kind: "hourly", every: 6, from: "02:30", hours: 24 },
  keep: { keepLast: 8, daily: { age: 1, unit: "months" }, yearly: { age: 1, unit: "years" } },
  softDeleteDays: 14,
};
const saoPaulo: Rules = {
  zone: "America/Sao_Paulo",
  schedule: { kind: "daily", times: ["00:00", "23:30"] },
  keep: { daily: 30, weekly: 10 },
  softDeleteDays: 10,
};
const apia: Rules = {
  zone: "Pacific/Apia",
  schedule: { kind: "daily", times: ["06:00"] },
  keep: { daily: 5, weekly: 6 },
  softDeleteDays: 3,
};
const utc: Rules = {
  zone: "UTC",
  schedule: { kind: "hourly", every: 12, from: "06:00", hours: 24 },
  keep: { daily: { age: 20, unit: "days" } },
  softDeleteDays: 14,
};

/**
 * The year has a leap day, the day that Samoa left out (30 December 2011), clocks that change at midnight (São Paulo), by half an
 * hour (Lord Howe), and for Ramadan (Casablanca).
 */
export const year: Story = {
  from: yearStart,
  to: at("2012-06-01T00:00"),
  down: [
    { from: at("2011-07-10T05:00"), to: at("2011-07-10T08:00") },
    { from: at("2011-10-29T22:20"), to: at("2011-10-30T09:05") },
    { from: at("2012-02-28T12:00"), to: at("2012-03-04T10:05") },
    { from: at("2012-03-25T00:30"), to: at("2012-03-25T02:05") },
  ],
  guardrail: { from: at("2012-04-10T05:00"), to: at("2012-05-10T05:00"), days: 12 },
  vms: [
    {
      name: "amsterdam",
      rules: [
        { from: yearStart, rules: amsterdam },
        {
          from: at("2011-09-14T09:07"),
          rules: { ...amsterdam, keep: { keepLast: 3, daily: 5, monthly: 12 } },
        },
        {
          from: at("2012-01-20T09:07"),
          rules: { ...amsterdam, schedule: { kind: "daily", times: ["02:30", "03:15"] } },
        },
        { from: at("2012-05-02T20:07"), rules: amsterdam },
      ],
      troubles: [
        { from: at("2011-08-02T00:00"), to: at("2011-08-04T00:00") },
        { from: at("2011-12-01T18:30"), to: at("2011-12-01T19:30"), takes: 5 },
      ],
      acts: [
        { at: at("2011-08-15T07:03"), does: "pin", nth: 6 },
        { at: at("2011-12-15T07:03"), does: "unpin", nth: 0 },
        { at: at("2012-02-01T07:03"), does: "delete", nth: 0 },
        { at: at("2012-02-03T07:03"), does: "undelete", nth: 0 },
      ],
    },
    {
      name: "new-york",
      rules: [
        { from: yearStart, rules: newYork },
        { from: at("2011-12-20T15:01"), rules: { ...newYork, keep: { daily: 10, monthly: 6 } } },
        {
          from: at("2012-01-15T15:01"),
          rules: { ...newYork, keep: { daily: { age: 60, unit: "days" }, monthly: 3 } },
        },
      ],
      troubles: [{ from: at("2011-11-01T00:00"), to: at("2011-11-03T12:00") }],
      acts: [
        { at: at("2011-11-20T12:03"), does: "delete", nth: 2 },
        { at: at("2011-11-21T12:03"), does: "delete", nth: 0 },
        { at: at("2011-11-22T12:03"), does: "undelete", nth: 0 },
      ],
    },
    {
      name: "lord-howe",
      rules: [
        { from: yearStart, rules: lordHowe },
        {
          from: at("2011-12-01T00:05"),
          rules: { ...lordHowe, schedule: { kind: "hourly", every: 1, from: "00:45", hours: 4 } },
        },
      ],
      troubles: [{ from: at("2012-01-01T00:00"), to: at("2012-01-20T00:00") }],
      acts: [{ at: at("2012-01-02T00:03"), does: "damage", nth: 0 }],
    },
    { name: "kolkata", rules: [{ from: yearStart, rules: kolkata }], troubles: [], acts: [] },
    {
      name: "casablanca",
      rules: [
        { from: yearStart, rules: casablanca },
        { from: at("2012-03-01T00:05"), rules: { ...casablanca, keep: { keepLast: 4, weekly: 8 } } },
        {
          from: at("2012-05-20T00:05"),
          rules: { ...casablanca, zone: "Europe/London", keep: { daily: 20 } },
        },
      ],
      troubles: [],
      acts: [],
    },
    {
      name: "sao-paulo",
      rules: [
        { from: yearStart, rules: saoPaulo },
        // While no engine runs, like the edits of Apia and Casablanca; here both versions name a time of each day.
        {
          from: at("2012-03-01T12:05"),
          rules: { ...saoPaulo, schedule: { kind: "daily", times: ["22:00"] } },
        },
      ],
      troubles: [],
      acts: [],
    },
    {
      name: "apia",
      rules: [
        { from: yearStart, rules: apia },
        {
          from: at("2012-02-29T20:05"),
          rules: { ...apia, schedule: { kind: "weekly", days: [5, 7], times: ["06:00", "18:00"] } },
        },
      ],
      troubles: [],
      acts: [
        { at: at("2011-12-31T10:03"), does: "pin", nth: 1 },
        { at: at("2012-03-31T10:03"), does: "unpin", nth: 0 },
      ],
    },
    {
      name: "utc",
      rules: [{ from: yearStart, rules: utc }],
      troubles: [
        { from: at("2011-09-01T00:00"), to: at("2011-11-01T00:00") },
        { from: at("2012-05-01T05:30"), to: at("2012-05-01T06:30"), takes: 30 },
      ],
      acts: [{ at: at("2011-10-15T00:03"), does: "damage", nth: 0 }],
    },
  ],
};
