import type { z } from "zod";
import type { Texts } from "#i18n/texts.ts";

type Issue = z.core.$ZodIssue;

/** Words the problem of a field in the page's language, from the kind and limits of Zod's issue. */
export function fieldProblem(issue: Issue, t: Texts<"validation">): string {
  switch (issue.code) {
    case "too_small":
      return tooSmall(issue, t);
    case "too_big":
      return tooBig(issue, t);
    case "invalid_format":
      return t("format");
    case "invalid_type":
      return issue.expected === "number" || issue.expected === "int" ? t("wholeNumber") : t("required");
    case "invalid_value":
    case "invalid_union":
      return t("choice");
    case "custom":
    case "invalid_element":
    case "invalid_key":
    case "not_multiple_of":
    case "unrecognized_keys":
      return t("invalid");
    default:
      return issue satisfies never;
  }
}

function tooSmall(issue: Issue & { readonly code: "too_small" }, t: Texts<"validation">): string {
  const minimum = Number(issue.minimum);
  if (issue.origin === "string") return minimum <= 1 ? t("required") : t("tooShort", { minimum });
  return isCollection(issue.origin) ? t("tooFew", { minimum }) : t("atLeast", { minimum });
}

function tooBig(issue: Issue & { readonly code: "too_big" }, t: Texts<"validation">): string {
  const maximum = Number(issue.maximum);
  if (issue.origin === "string") return t("tooLong", { maximum });
  return isCollection(issue.origin) ? t("tooMany", { maximum }) : t("atMost", { maximum });
}

function isCollection(origin: string): boolean {
  return origin === "array" || origin === "set" || origin === "map" || origin === "file";
}
