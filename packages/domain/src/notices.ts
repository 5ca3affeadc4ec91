/**
 * Notices: sentences that the server composes, other than errors. A notice is a code with parameters, so that a page can say
 * it in the reader's language; `noticeText` says it in English for logs, the command line and stored text.
 *
 * The names of parameters carry their units, and pages format them by that: `…Bytes` is a size in bytes, `…At` an ISO 8601
 * instant in UTC, `…Ms` and `…Seconds` a duration. All other values are shown as they are.
 */
import { z } from "zod";
import { formatBytes } from "./bytes.ts";

/** Every notice with its parameters. Codes are stable: they are stored. */
export interface NoticeParams {
  /** A disk was read in full because the VM has no earlier recovery point of it. */
  "delta-first-backup": Record<never, never>;
  /** A transfer ended. */
  "transfer-finished": { readonly disks: number; readonly movedBytes: number };

  // The plan of a restore: what will happen in Azure, then what to know before
  "restore-creates-disk": {
    readonly name: string;
    readonly sku: string;
    readonly resourceGroup: string;
    readonly location: string;
  };
  "restore-opens-access": Record<never, never>;
  "restore-writes": Record<never, never>;
  "restore-closes-access": Record<never, never>;
  "restore-keeps-vm": Record<never, never>;
  "restore-name-taken": { readonly name: string };
  "restore-changes-sku": { readonly from: string; readonly to: string };
  "restore-from-damaged": Record<never, never>;
}
export type NoticeCode = keyof NoticeParams;

export interface Notice<C extends NoticeCode = NoticeCode> {
  readonly code: C;
  readonly params: NoticeParams[C];
}

const texts: { readonly [C in NoticeCode]: (params: NoticeParams[C]) => string } = {
  "delta-first-backup": () => "First backup of this disk",
  "transfer-finished": ({ disks, movedBytes }) =>
    `${disks === 1 ? "1 disk" : `${disks} disks`}, ${formatBytes(movedBytes)} moved`,

  "restore-creates-disk": ({ name, sku, resourceGroup, location }) =>
    `Create the managed disk ${name} (${sku}) in resource group ${resourceGroup}, ${location}.`,
  "restore-opens-access": () => "Open write access to the disk for the time of the upload.",
  "restore-writes": () => "Write all data from the vault; parts that are all zeros are skipped.",
  "restore-closes-access": () => "Close write access. Azure then checks the disk and leaves it unattached.",
  "restore-keeps-vm": () =>
    "The virtual machine and its disks do not change. Attach the new disk when it is ready.",
  "restore-name-taken": ({ name }) =>
    `If a disk named ${name} already exists, the job fails and changes nothing.`,
  "restore-changes-sku": ({ from, to }) => `The disk was ${from}; the new disk is ${to}.`,
  "restore-from-damaged": () => "Verification found this recovery point damaged, so the restore may fail.",
};

/** Every code, in the order of the catalog. */
export const noticeCodes: readonly NoticeCode[] = Object.keys(texts).filter(isNoticeCode);

function isNoticeCode(code: string): code is NoticeCode {
  return Object.hasOwn(texts, code);
}

export function notice<C extends NoticeCode>(code: C, params: NoticeParams[C]): Notice<C> {
  return { code, params };
}

/** The notice in English. */
export function noticeText<C extends NoticeCode>({ code, params }: Notice<C>): string {
  return texts[code](params);
}

/** A notice as stored or sent. Parameters are scalars; their types are those of `NoticeParams`. */
export const noticeSchema = z.object({
  code: z.string().refine(isNoticeCode),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
/** A notice that was read back: its parameters are scalars by name. */
export type StoredNotice = z.infer<typeof noticeSchema>;
