/** Counts passed and failed tests from the reports of the test runners. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** A check counts as one test. */
export function checkCounts(exitCode: number): Counts {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Counts from Vitest's JSON report (the format of Jest's `--json`); null when there is no report. */
export function vitestCounts(report: unknown, exitCode: number): Counts {
  return honest(
    { passed: field(report, "numPassedTests"), failed: field(report, "numFailedTests") },
    exitCode,
  );
}

/** Counts from Playwright's JSON report (`stats`). A flaky test, which passed only on a retry, counts as failed. */
export function playwrightCounts(report: unknown, exitCode: number): Counts {
  const stats = typeof report === "object" && report !== null && "stats" in report ? report.stats : null;
  const failed = field(stats, "unexpected") + field(stats, "flaky");
  return honest({ passed: field(stats, "expected"), failed }, exitCode);
}

/** Adds a failure to a run with a bad exit code but no failed test, and to a run without any test. */
function honest(counts: Counts, exitCode: number): Counts {
  if (counts.failed > 0) return counts;
  return exitCode === 0 && counts.passed > 0 ? counts : { passed: counts.passed, failed: 1 };
}

export function sum(all: readonly Counts[]): Counts {
  return {
    passed: all.reduce((total, counts) => total + counts.passed, 0),
    failed: all.reduce((total, counts) => total + counts.failed, 0),
  };
}

function field(value: unknown, name: string): number {
  if (typeof value !== "object" || value === null) return 0;
  const found = Object.entries(value).find(([key]) => key === name)?.[1] as unknown;
  return typeof found === "number" ? found : 0;
}
