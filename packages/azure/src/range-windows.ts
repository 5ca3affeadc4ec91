/**
 * How many bytes of a disk one request lists. The service returns at most 10,000 ranges at once, and its time grows with what
 * it must look through, so windows grow where a disk has few ranges and shrink where it has many or the answer is late. Pure.
 */
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const PAGE = 512;

/** The most ranges of one answer. https://learn.microsoft.com/rest/api/storageservices/get-page-ranges */
export const rangesPerAnswer = 10_000;
/** The ranges that a window aims at: the margin keeps a denser neighbor from being cut. */
const wantedRanges = 8_000;
/** Holds 8,192 pages, and so never more ranges than an answer does. */
export const smallestWindow = 4 * MIB;
export const firstWindow = 64 * GIB;
const largestWindow = 1024 * GIB;
/** The most that one answer lets the window grow, however few ranges it has. */
const mostGrowth = 16;
/** A late answer lowers the limit of the window; each of so many good answers raises it again. */
const answersPerRaise = 8;

/** What the answers so far have taught. */
export interface WindowSize {
  readonly bytes: number;
  /** No window is larger: larger ones were late. */
  readonly limit: number;
  /** Good answers since the limit changed. */
  readonly good: number;
}

export type WindowAnswer =
  | { readonly kind: "listed"; readonly ranges: number; readonly bytes: number }
  /** More ranges than one answer holds; the answer reached so far into the window, and its content is not used. */
  | { readonly kind: "cut"; readonly bytes: number; readonly reachedBytes: number }
  | { readonly kind: "late"; readonly bytes: number };

export function firstSize(bytes = firstWindow): WindowSize {
  return { bytes, limit: largestWindow, good: 0 };
}

/** The size of the next window. After `cut` and `late` the next window starts where this one did. */
export function nextSize(size: WindowSize, answer: WindowAnswer): WindowSize {
  switch (answer.kind) {
    case "listed": {
      const raises = size.limit < largestWindow && size.good + 1 >= answersPerRaise;
      const limit = raises ? Math.min(largestWindow, size.limit * 2) : size.limit;
      const fits = (answer.bytes * wantedRanges) / Math.max(1, answer.ranges);
      const bytes = wholePages(Math.min(fits, answer.bytes * mostGrowth, limit));
      return { bytes, limit, good: raises ? 0 : size.good + 1 };
    }
    case "cut": {
      // Exactly what this answer reached fits one answer; half the window bounds the tries if the service counts otherwise.
      const reached = answer.reachedBytes > 0 ? answer.reachedBytes : answer.bytes;
      const half = answer.bytes / 2;
      const bytes = wholePages(reached < answer.bytes ? reached : half);
      return { ...size, bytes: bytes < answer.bytes ? bytes : wholePages(half) };
    }
    case "late": {
      const bytes = wholePages(answer.bytes / 4);
      return { bytes, limit: Math.max(bytes, wholePages(answer.bytes / 2)), good: 0 };
    }
    default:
      return answer satisfies never;
  }
}

/** Whether a window cannot be made smaller. */
export function isSmallest(bytes: number): boolean {
  return bytes <= smallestWindow;
}

function wholePages(bytes: number): number {
  return Math.max(smallestWindow, Math.floor(bytes / PAGE) * PAGE);
}
