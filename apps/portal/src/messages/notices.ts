import type { NoticeCode } from "@kluis/domain";
import type { Catalog } from "#messages/catalog.ts";

/**
 * Sentences that the server composes, by notice code; a code without its texts does not compile. Parameters arrive
 * formatted by their names: `…Bytes`, `…At`, `…Ms` and `…Seconds` as text, other numbers as numbers.
 */
export const notices: Catalog<Readonly<Record<NoticeCode, string>>> = {
  en: {
    "delta-first-backup": "First backup of this disk",
    "transfer-finished": "{disks, plural, one {# disk} other {# disks}}, {movedBytes} moved",
  },
  nl: {
    "delta-first-backup": "Eerste back-up van deze schijf",
    "transfer-finished": "{disks, plural, one {# schijf} other {# schijven}}, {movedBytes} overgebracht",
  },
};
