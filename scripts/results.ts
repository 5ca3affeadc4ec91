/** Reads how many tests passed and failed from what the test runners write down. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** A check, or a runner that ended badly without naming a failed test, counts as one. */
export function checkCounts(exitCode: number): Counts {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** From Vitest's JSON report (shape of Jest's `--json`); null: it wrote none. */
export function vitestCounts(report: unknown, exitCode: number): Counts {
  return honest(
    { passed: field(report, "numPassedTests"), failed: field(report, "numFailedTests") },
    exitCode,
  );
}

/** From Playwright's JSON report (`stats`). A flaky test passed only when tried again: here it counts as failed. */
export function playwrightCounts(report: unknown, exitCode: number): Counts {
  const stats = typeof report === "object" && report !== null && "stats" in report ? report.stats : null;
  const failed = field(stats, "unexpected") + field(stats, "flaky");
  return honest({ passed: field(stats, "expected"), failed }, exitCode);
}

/** A run that ended badly must show in the sum, even when its report names no failed test; so must one that ran no test at all. */
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
