/** The rules of the form that makes shares of a key. The server has the same. */
const least = 2;
const most = 16;

export type SharesProblem = "count" | "threshold";

/** The fields that are wrong; numbers are text as typed. */
export function sharesProblems(form: {
  readonly count: string;
  readonly threshold: string;
}): readonly SharesProblem[] {
  const count = wholeOf(form.count);
  const threshold = wholeOf(form.threshold);
  const isCount = count >= least && count <= most;
  const isThreshold = threshold >= least && threshold <= (isCount ? count : most);
  return [...(isCount ? [] : (["count"] as const)), ...(isThreshold ? [] : (["threshold"] as const))];
}

/** NaN, which is outside every range, unless the text is a whole number. */
function wholeOf(text: string): number {
  return /^\d+$/u.test(text.trim()) ? Number(text) : Number.NaN;
}
