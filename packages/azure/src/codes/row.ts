/** One row of a table of Azure's error codes. */
import type { OutcomeName } from "./outcomes.ts";

/** Where the code is documented or was seen. */
export const sources = {
  arm: "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors",
  limits: "https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling",
  locks: "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
  deny: "https://learn.microsoft.com/azure/role-based-access-control/deny-assignments",
  compute: "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/error-messages",
  throttling:
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/troubleshooting-throttling-errors",
  "restore-point": "https://learn.microsoft.com/azure/virtual-machines/restore-point-troubleshooting",
  extension: "https://learn.microsoft.com/azure/virtual-machines/extensions/troubleshoot",
  snapshot: "https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots",
  upload:
    "https://learn.microsoft.com/azure/virtual-machines/windows/disks-upload-vhd-to-managed-disk-powershell",
  swap: "https://learn.microsoft.com/azure/virtual-machines/windows/os-disk-swap",
  storage: "https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes",
  blob: "https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes",
  sas: "https://learn.microsoft.com/rest/api/storageservices/sas-error-codes",
  entra: "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
} as const;

/** What a code means when its message matches. */
export interface Case {
  readonly message: RegExp;
  readonly outcome: OutcomeName;
}

export interface Row {
  /** The outcome when no case matches. */
  readonly outcome: OutcomeName;
  readonly source: keyof typeof sources;
  /** Azure uses some codes for many causes; only the message tells them apart. First match wins. */
  readonly cases: readonly Case[];
}

export type CodeTable = Readonly<Record<string, Row>>;

export function row(source: Row["source"], outcome: OutcomeName, cases: readonly Case[] = []): Row {
  return { source, outcome, cases };
}

/** The same row for many codes. */
export function rows(source: Row["source"], outcome: OutcomeName, codes: readonly string[]): CodeTable {
  return Object.fromEntries(codes.map((code) => [code, row(source, outcome)]));
}
