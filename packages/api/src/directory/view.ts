import { countView, errorView, instantView } from "@kluis/domain";
import { z } from "zod";

export const directoryView = z.object({
  /** Whether accounts and groups are read from the directory. */
  isOn: z.boolean(),
  /** Host of Microsoft Graph, and the tenant that the portal asks; null when reading is off or its settings are wrong. */
  host: z.string().nullable(),
  tenantId: z.string().nullable(),
  /** The application permissions that the identities of engine and portal need. */
  permissions: z.array(z.string()),
  everyMinutes: countView,
  /** How long groups give rights after they were read. */
  groupRightsHours: countView,
  /** When a reading last ended in which every answer came; null: never. */
  lastSuccessAt: instantView.nullable(),
  lastEndedAt: instantView.nullable(),
  /** Since when a reading is under way. */
  startedAt: instantView.nullable(),
  /** Users about whom the directory is asked, how many of them it has disabled or does not have, and users of other tenants. */
  people: z.object({ followed: countView, gone: countView, elsewhere: countView }),
  /** Groups that hold roles, and how many of them the directory does not have. */
  groups: z.object({ held: countView, deleted: countView }),
  /** Failures of the reading under way, or of the last one: how many, the first in words, and its reason. */
  problem: z.object({ items: countView, first: z.string().nullable(), error: errorView }).nullable(),
});

export const directoryReadView = z.object({ started: z.boolean() });

export const directoryGroupsView = z.object({
  isOn: z.boolean(),
  /** By name; the first ones only. */
  groups: z.array(z.object({ id: z.string(), name: z.string() })),
});
