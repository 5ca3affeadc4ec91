/** The numbers from which the rows of a seeded fleet are computed: the same in every statement. */

export interface FleetSize {
  readonly vms: number;
  readonly policies: number;
  readonly points: number;
  /** The newest points of each VM whose job, with its steps, decision and events, is still in the history. */
  readonly jobsPerVm: number;
}

export const SUBSCRIPTIONS = 20;

export const actorSql = `'{"kind": "engine", "name": "Kluis"}'::jsonb`;

/** An id that other statements can compute: the version and variant of a random UUID. */
export function idSql(kind: string, number: string): string {
  return `overlay(overlay(md5('${kind}' || ${number}) placing '4' from 13) placing '8' from 17)::uuid`;
}

/**
 * An id of a row of backup `age` (0: the newest, one a day) of VM `n`. As real ones, ids sort by time: random ones would make the
 * indexes larger and slower. `part` distinguishes several rows of one backup.
 */
export function datedIdSql(kind: string, part = "''"): string {
  const minutes = `(age * 1440 + n % 1440)`;
  const time = `lpad(to_hex(1767225600000 - ${minutes} * 60000::bigint), 12, '0')`;
  const digest = `md5('${kind}' || ${part} || n || '-' || age)`;
  return `(${time} || '7' || left(${digest}, 3) || '8' || right(${digest}, 15))::uuid`;
}

/** When backup `age` of VM `n` was taken. */
export const takenSql = `kluis_now() - interval '1 hour' - age * interval '1 day' - (n % 1440) * interval '1 minute'`;

/** Bytes that backup `age` of VM `n` moved: half a gigabyte, more or less. */
export const movedSql = "268435456 + (n * 7919 + age * 104729) % 536870912";
