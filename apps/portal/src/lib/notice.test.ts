import { notice } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { textsOf } from "#i18n/texts.ts";
import { createFormat } from "#lib/format.ts";
import { describeNotice, type NoticeView } from "#lib/notice.ts";
import { formatParams } from "#lib/params.ts";

function inDutch(of: NoticeView | null, english = "English text"): string {
  return describeNotice(of, english, { notices: textsOf("nl", "notices"), format: createFormat("nl") });
}

describe("describeNotice", () => {
  it("words a notice in the language of the page, with its parameters formatted", () => {
    expect(inDutch(notice("transfer-finished", { movedBytes: 1536, readBytes: 2048 }))).toBe(
      "1,5 KiB overgebracht, 2 KiB gelezen.",
    );
  });
  it("shows the stored text when there is no notice, or one of a newer version", () => {
    expect(inDutch(null)).toBe("English text");
    expect(inDutch({ code: "of-a-newer-version", params: {} })).toBe("English text");
  });
});

describe("formatParams", () => {
  it("formats a value by the unit in its name", () => {
    const params = {
      movedBytes: 2048,
      waitMs: 1500,
      gapSeconds: 90,
      endsAt: "2026-11-24T21:47:31.446Z",
      name: "web-01",
      disks: 3,
      found: false,
      lost: null,
    };
    const formatted = formatParams(params, createFormat("en"));
    expect(formatted).toMatchObject({
      movedBytes: "2 KiB",
      waitMs: "2 s",
      gapSeconds: "1 min 30 s",
      name: "web-01",
      disks: 3,
      found: "false",
      lost: "–",
    });
    expect(formatted["endsAt"]).toMatch(/^2[45] Nov 2026/u);
  });
});
