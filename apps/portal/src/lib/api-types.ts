import type { RouterOutputs } from "@kluis/api/types";

/** Responses as they arrive in the browser, after JSON. */
export type VmRow = RouterOutputs["vms"]["list"]["rows"][number];
export type VmView = RouterOutputs["vms"]["get"];
export type VmDiskView = VmView["disks"][number];
export type JobRow = RouterOutputs["jobs"]["list"]["rows"][number];
export type JobView = RouterOutputs["jobs"]["get"];
export type JobStepView = JobView["steps"][number];
export type JobDiskView = JobView["disks"][number];
export type PointRow = RouterOutputs["points"]["list"]["rows"][number];
export type PointView = RouterOutputs["points"]["get"];
export type PointDiskView = PointView["disks"][number];
export type PolicyRow = RouterOutputs["policies"]["list"][number];
export type PolicyView = RouterOutputs["policies"]["get"];
export type PolicyPreview = RouterOutputs["policies"]["preview"];
export type OverviewView = RouterOutputs["overview"]["get"];
export type RestorePlan = RouterOutputs["restores"]["plan"];
export type AuditRow = RouterOutputs["audit"]["list"]["rows"][number];
export type LedgerVerification = RouterOutputs["audit"]["verify"];
export type ConnectionView = RouterOutputs["connections"]["list"][number];
export type VaultView = RouterOutputs["vaults"]["list"][number];
export type VaultFigures = RouterOutputs["vaults"]["figures"];
export type TokenView = RouterOutputs["tokens"]["list"][number];
export type HealthView = RouterOutputs["settings"]["health"];
export type ReportSummary = RouterOutputs["reports"]["points"];
export type HistoryDay = VmView["history"][number];
