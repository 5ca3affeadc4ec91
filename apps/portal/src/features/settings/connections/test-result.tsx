"use client";
import { useTranslations } from "next-intl";
import { TestWithoutResult } from "#features/settings/test-without-result.tsx";
import type { ConnectionView } from "#lib/api-types.ts";
import { Check } from "#ui/field.tsx";
import { ErrorState } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

type Seen = NonNullable<ConnectionView["test"]["result"]>["subscriptions"][number];

/** One line: running, passed or failed, and when. */
export function TestLine({ connection }: { connection: ConnectionView }) {
  const t = useTranslations("connections");
  const { pending, ok, at, result } = connection.test;
  if (pending || ok === null || at === null) return <TestWithoutResult pending={pending} />;
  const lacking = result?.subscriptions.filter(({ missing }) => (missing ?? []).length > 0).length ?? 0;
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Status tone={ok ? "ok" : "bad"} icon={ok ? "check" : "cross"} look="plain">
        {t.rich(ok ? "passed" : "failed", { time: () => <TimeAgo at={at} /> })}
      </Status>
      {lacking === 0 ? null : (
        <Status tone="warn" icon="warning" look="plain">
          {t("seesLacking", { count: lacking })}
        </Status>
      )}
    </span>
  );
}

export interface TestResultProps {
  readonly connection: ConnectionView;
  /** The chosen subscriptions, when the user chooses; else the result is only shown. */
  readonly chosen?: readonly string[];
  readonly onChoose?: (ids: readonly string[]) => void;
}

/** What the identity sees, and what it lacks by the names of Azure's actions. */
export function TestResult({ connection, chosen, onChoose }: TestResultProps) {
  const t = useTranslations("connections");
  const { pending, result } = connection.test;
  if (pending) {
    return (
      <p role="status" className="flex items-center gap-2 text-sm text-muted">
        <TestWithoutResult pending />
      </p>
    );
  }
  if (result === null) return <p className="text-sm text-muted">{t("neverTested")}</p>;
  return (
    <div className="flex flex-col gap-3">
      {result.error === null ? null : <ErrorState compact error={result.error} />}
      {result.subscriptions.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-md border border-line">
          {result.subscriptions.map((seen) => (
            <li key={seen.id} className="px-3 py-2">
              {chosen === undefined || onChoose === undefined ? (
                <SubscriptionName seen={seen} />
              ) : (
                <Check
                  checked={chosen.includes(seen.id)}
                  disabled={seen.error !== null && !chosen.includes(seen.id)}
                  onChange={(event) =>
                    onChoose(
                      event.target.checked ? [...chosen, seen.id] : chosen.filter((id) => id !== seen.id),
                    )
                  }
                  label={<SubscriptionName seen={seen} />}
                />
              )}
              <Lacks seen={seen} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function SubscriptionName({ seen }: { seen: Seen }) {
  return (
    <>
      <span data-value className="font-medium">
        {seen.name}
      </span>
      <span data-value className="block font-mono text-xs break-all text-faint">
        {seen.id}
      </span>
    </>
  );
}

function Lacks({ seen }: { seen: Seen }) {
  const t = useTranslations("connections");
  if (seen.error !== null) {
    return (
      <p className="mt-1 text-xs">
        <Status tone="bad" icon="cross" look="plain">
          {t("notReadable")}
        </Status>{" "}
        <code className="font-mono text-bad">{seen.error.code}</code>
      </p>
    );
  }
  if (seen.missing === null) return <p className="mt-1 text-xs text-muted">{t("missingUnknown")}</p>;
  if (seen.missing.length === 0) {
    return (
      <p className="mt-1 text-xs">
        <Status tone="ok" icon="check" look="plain">
          {t("missingNone")}
        </Status>
      </p>
    );
  }
  return (
    <div className="mt-1 text-xs">
      <Status tone="warn" icon="warning" look="plain">
        {t("missing")}
      </Status>
      <ul className="mt-0.5 pl-4.5">
        {seen.missing.map((action) => (
          <li key={action}>
            <code data-value className="font-mono break-all text-muted">
              {action}
            </code>
          </li>
        ))}
      </ul>
    </div>
  );
}
