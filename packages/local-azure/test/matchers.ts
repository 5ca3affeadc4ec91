import { expect } from "vitest";

/** A string with this text somewhere in it, for use inside an expected object. */
export const containing: (text: string) => unknown = (text) => expect.stringContaining(text);
