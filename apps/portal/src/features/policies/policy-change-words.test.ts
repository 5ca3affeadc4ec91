import { expect, it } from "vitest";
import { valueWords } from "#features/policies/policy-change-words.ts";
import { textsOf } from "#i18n/texts.ts";
import { createFormat } from "#lib/format.ts";

const words = (locale: "en" | "nl") => ({
  t: textsOf(locale, "policyChanges"),
  format: createFormat(locale),
});

it("words values in both languages", () => {
  expect(valueWords("verification.mode", "sampled", words("en"))).toBe("sampled");
  expect(valueWords("verification.mode", "sampled", words("nl"))).toBe("steekproef");
  expect(valueWords("transfer.bandwidth", 1000, words("nl"))).toBe("1.000");
  expect(valueWords("transfer.bandwidth", null, words("nl"))).toBe("niet ingesteld");
  expect(valueWords("transfer.window.days", [6, 7], words("en"))).toBe("Saturday and Sunday");
  expect(valueWords("schedule.times", ["01:00"], words("en"))).toBe("01:00");
  expect(valueWords("consistency.linuxScripts.pre.parameters", [], words("en"))).toBe("none");
  expect(valueWords("consistency.linuxScripts.fsFreeze", true, words("nl"))).toBe("ja");
});
