/** Matchers typed for use inside an expected object. */
import { expect } from "vitest";

/** Matches a string by a pattern. */
export const matching: (pattern: RegExp) => unknown = (pattern) => expect.stringMatching(pattern);

/** Matches a string that contains `text`. */
export const containing: (text: string) => unknown = (text) => expect.stringContaining(text);
