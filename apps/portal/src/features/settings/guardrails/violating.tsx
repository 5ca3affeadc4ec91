"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ViolationList } from "#features/guardrails/violation-list.tsx";
import type { GuardrailViolations } from "#lib/api-types.ts";

const kinds = ["policies", "vaults", "teams"] as const;

const pageOf = {
  policies: (id: string) => `/policies/${id}`,
  vaults: (id: string) => `/vaults/${id}`,
  teams: (id: string) => `/teams/${id}`,
} as const satisfies Record<(typeof kinds)[number], (id: string) => string>;

/** Policies, vaults and teams outside the guardrails, each with what would pass and a link to the page where it is repaired. */
export function Violating({ found }: { found: GuardrailViolations }) {
  const t = useTranslations("guardrails");
  return (
    <div className="flex flex-col gap-4">
      {kinds
        .filter((kind) => found.totals[kind] > 0)
        .map((kind) => (
          <section key={kind}>
            <h3 className="eyebrow mb-1.5">{t(`kinds.${kind}`)}</h3>
            <ul className="flex flex-col gap-3">
              {found[kind].map((one) => (
                <li key={one.id}>
                  <p className="flex flex-wrap items-baseline gap-x-3">
                    <Link
                      className="rounded-sm font-medium text-accent hover:underline"
                      data-value
                      href={pageOf[kind](one.id)}
                    >
                      {one.name}
                    </Link>
                    {kind === "policies" ? <OfTeam found={found} id={one.id} /> : null}
                  </p>
                  <ViolationList violations={one.violations} />
                </li>
              ))}
            </ul>
            {found.totals[kind] > found[kind].length ? (
              <p className="mt-2 text-sm text-muted">
                {t("more", { count: found.totals[kind] - found[kind].length })}
              </p>
            ) : null}
          </section>
        ))}
    </div>
  );
}

/** Whose policy it is, and how many VMs are under it. */
function OfTeam({ found, id }: { found: GuardrailViolations; id: string }) {
  const t = useTranslations("guardrails");
  const policies = useTranslations("policies");
  const policy = found.policies.find((one) => one.id === id);
  if (policy === undefined) return null;
  return (
    <span className="text-sm text-faint">
      {t("ofTeam", { team: policy.team?.name ?? policies("everyTeam"), vms: policy.vms })}
    </span>
  );
}

/** How many things do not keep the guardrails. */
export function violatingCount({ totals }: GuardrailViolations): number {
  return totals.policies + totals.vaults + totals.teams;
}
