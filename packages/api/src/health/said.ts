import { type Notice, noticeText } from "@kluis/domain";
import type { HealthPartView } from "./view.ts";

type Said = Pick<HealthPartView, "message" | "notice" | "error" | "subject" | "since">;

/** The texts of a part without an error. */
export function said(told: Notice): Said {
  return { message: noticeText(told), notice: told, error: null, subject: null, since: null };
}
