/** The guardrails of the platform owner: what every policy, vault, team, restore and download must keep to. Pure. */
import { z } from "zod";
import { canonicalJson } from "../base/canonical-json.ts";
import { mostSoftDeleteDays } from "../points/soft-delete.ts";

/** Ten years, as for the days in which a removed point can be brought back. */
const mostDays = mostSoftDeleteDays;
/** Lists that an owner writes by hand; more would be a mistake. */
const mostRegions = 100;
const mostNetworks = 100;

/**
 * The name of a region as Azure writes it in answers, such as `westeurope`. The name that its portal shows, `West Europe`, is taken
 * for the same.
 */
export const regionSchema = z
  .string()
  .max(100)
  .transform((text) => text.replaceAll(/[\s-]/g, "").toLowerCase())
  .pipe(z.string().regex(/^[a-z][a-z0-9]{2,49}$/, "Use the name of a region such as westeurope."));

/** A network as CIDR, such as `10.0.0.0/8` or `fd00::/8`; a single address is a network of one. */
export const networkSchema = z
  .string()
  .trim()
  .max(100)
  .transform((text) => (text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`).toLowerCase())
  .refine(
    (text) => z.union([z.cidrv4(), z.cidrv6()]).safeParse(text).success,
    "Use a network such as 10.0.0.0/8.",
  );

const sorted = (values: readonly string[]): string[] => [...new Set(values)].toSorted();

const regionList = z
  .array(regionSchema)
  .min(1, "Give at least one region.")
  .max(mostRegions)
  .transform(sorted);

/** How a vault must be opened when all else is lost: a recovery key that was typed back, or a key in Azure Key Vault. */
export const requiredVaultKeys = ["recovery-proven", "key-vault"] as const;
export type RequiredVaultKey = (typeof requiredVaultKeys)[number];

/** What a required verification reads; each mode is worth more than the one before. */
export const requiredVerifications = ["quick", "sampled", "full"] as const;
export type RequiredVerification = (typeof requiredVerifications)[number];

interface Lists {
  readonly regions: z.ZodType<string[]>;
  readonly networks: z.ZodType<string[]>;
  readonly keys: z.ZodType<RequiredVaultKey[]>;
}

const shapeOf = ({ regions, networks, keys }: Lists) =>
  z.strictObject({
    /** Rules of policies keep a point of each of the last so many days on which backups are planned. */
    retention: z.strictObject({ shortestDays: z.int().min(1).max(mostDays).optional() }).optional(),
    /** The longest time between two planned backups. */
    schedule: z
      .strictObject({
        longestIntervalHours: z
          .int()
          .min(1)
          .max(24 * 31)
          .optional(),
      })
      .optional(),
    instantRestore: z
      .strictObject({
        leastDays: z.int().min(0).max(30).optional(),
        mostDays: z.int().min(0).max(30).optional(),
      })
      .refine(({ leastDays = 0, mostDays: most = 30 }) => leastDays <= most, {
        path: ["mostDays"],
        error: "The most days are fewer than the least.",
      })
      .optional(),
    /** Every point is verified in this way at least every so many days. */
    verification: z
      .strictObject({ mode: z.enum(requiredVerifications), everyDays: z.int().min(1).max(365) })
      .optional(),
    /** Removed points can be brought back for at least so many days. */
    softDelete: z.strictObject({ leastDays: z.int().min(1).max(mostDays).optional() }).optional(),
    vaults: z
      .strictObject({
        regions: regions.optional(),
        keys: keys.optional(),
      })
      .optional(),
    restore: z.strictObject({ regions: regions.optional() }).optional(),
    downloads: z
      .strictObject({
        allowed: z.boolean().optional(),
        networks: networks.optional(),
      })
      .optional(),
    /** Whether teams may reach VMs by tag: who may tag a VM in Azure then moves it between teams. */
    teams: z.strictObject({ tagScopes: z.boolean().optional() }).optional(),
    /** `enforced`: every change of configuration needs a second person. */
    approvals: z.strictObject({ configuration: z.enum(["enforced"]).optional() }).optional(),
  });

const written = shapeOf({
  regions: regionList,
  networks: z.array(networkSchema).min(1, "Give at least one network.").max(mostNetworks).transform(sorted),
  keys: z.array(z.enum(requiredVaultKeys)).min(1).max(10).transform(uniqueKeys),
});

/** Guardrails in their one form, as answers have them. */
export const guardrailsForm = shapeOf({
  regions: z.array(z.string()),
  networks: z.array(z.string()),
  keys: z.array(z.enum(requiredVaultKeys)),
});
export type Guardrails = z.infer<typeof guardrailsForm>;

function uniqueKeys(keys: readonly RequiredVaultKey[]): RequiredVaultKey[] {
  return requiredVaultKeys.filter((key) => keys.includes(key));
}

/** Guardrails as the owner writes them and as they are stored. A missing field restricts nothing. */
export const guardrailsSchema = written.transform(withoutNothing);

/** Nothing is restricted: the guardrails before the first version. */
export const noGuardrails: Guardrails = {};

/** Leaves out what restricts nothing, so that one meaning has one form. */
function withoutNothing(given: Guardrails): Guardrails {
  const { downloads, teams, instantRestore, ...rest } = given;
  const whole: Guardrails = {
    ...rest,
    instantRestore: {
      ...instantRestore,
      leastDays: instantRestore?.leastDays === 0 ? undefined : instantRestore?.leastDays,
    },
    downloads: {
      allowed: downloads?.allowed === false ? false : undefined,
      networks: downloads?.allowed === false ? undefined : downloads?.networks,
    },
    teams: { tagScopes: teams?.tagScopes === false ? false : undefined },
  };
  return dropEmpty(whole);
}

function dropEmpty(guardrails: Guardrails): Guardrails {
  return Object.fromEntries(
    Object.entries(guardrails).flatMap(([section, rules]) => {
      if (rules === undefined) return [];
      const set = Object.entries(rules).filter(([, value]) => value !== undefined);
      return set.length === 0 ? [] : [[section, Object.fromEntries(set)]];
    }),
  );
}

/** Whether two documents restrict the same. */
export function sameGuardrails(a: Guardrails, b: Guardrails): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** What rules of retention and removals must keep to now, also those of policies that were saved before. */
export interface RetentionFloor {
  /** From each of the last so many days a point stays; 0: none. */
  readonly shortestDays: number;
  /** A removed point can be brought back for at least so many days; 0: as its policy says. */
  readonly softDeleteDays: number;
}

export function retentionFloor({ retention, softDelete }: Guardrails): RetentionFloor {
  return { shortestDays: retention?.shortestDays ?? 0, softDeleteDays: softDelete?.leastDays ?? 0 };
}
