/** Matchers typed for use inside an expected object. */
import { expect } from "vitest";

/** Matches a string that contains `text`. */
export const containing: (text: string) => unknown = (text) => expect.stringContaining(text);
