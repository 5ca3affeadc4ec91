import { readScriptRuns } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { JobStepView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";

/** What pre and post scripts did for the snapshot of a job; nothing without scripts. */
export function JobScripts({ step }: { step: Pick<JobStepView, "detail"> }) {
  const t = useTranslations("policyScripts.job");
  const format = useFormat();
  const runs = readScriptRuns(step.detail);
  if (runs.length === 0) return null;
  return (
    <div className="mt-2">
      <p className="font-medium text-ink">{t("title")}</p>
      <dl className="mt-1 flex flex-col gap-2">
        {runs.map(({ script, exitCode, seconds, output }) => (
          <div key={script} className="min-w-0">
            <dt className="text-sm">
              <span className="font-medium">{script === "pre" ? t("pre") : t("post")}</span>
              <span className={exitCode === 0 ? "ml-2 text-muted" : "ml-2 font-medium text-bad"}>
                {exitCode === null ? t("noExitCode") : t("exitCode", { code: String(exitCode) })}
              </span>
              {seconds === null ? null : (
                <span className="ml-2 text-faint">{format.duration(seconds * 1_000)}</span>
              )}
            </dt>
            <dd>
              {output === "" ? (
                <span className="text-xs text-faint">{t("noOutput")}</span>
              ) : (
                <pre
                  role="group"
                  aria-label={t("output")}
                  // A region that scrolls must be reachable by keyboard.
                  tabIndex={0}
                  className="mt-1 max-h-48 overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-xs whitespace-pre-wrap"
                >
                  {output}
                </pre>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
