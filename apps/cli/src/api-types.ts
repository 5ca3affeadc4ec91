/** The API's answers by name, derived from its router. */
import type { RouterOutputs } from "@kluis/api/types";

export type VmRow = RouterOutputs["vms"]["list"]["rows"][number];
export type VmView = RouterOutputs["vms"]["get"];
export type JobRow = RouterOutputs["jobs"]["list"]["rows"][number];
export type JobView = RouterOutputs["jobs"]["get"];
export type JobStepView = JobView["steps"][number];
export type JobDiskView = JobView["disks"][number];
export type PointRow = RouterOutputs["points"]["list"]["rows"][number];
export type PointView = RouterOutputs["points"]["get"];
export type PointDamage = RouterOutputs["points"]["damage"];
export type VaultDamage = RouterOutputs["vaults"]["damage"];
export type RemovedPoint = RouterOutputs["points"]["delete"];
export type ProtectionPreview = RouterOutputs["protection"]["preview"];
export type PolicyRow = RouterOutputs["policies"]["list"][number];
export type PolicyPreview = RouterOutputs["policies"]["preview"];
export type SavedPolicy = RouterOutputs["policies"]["create"];
export type AuditRow = RouterOutputs["audit"]["list"]["rows"][number];
export type ConnectionRow = RouterOutputs["connections"]["list"][number];
export type VaultRow = RouterOutputs["vaults"]["list"][number];
export type VaultFigures = RouterOutputs["vaults"]["figures"];
export type VaultSpace = RouterOutputs["vaults"]["space"];
export type Overview = RouterOutputs["overview"]["get"];
export type HealthPart = RouterOutputs["settings"]["health"]["parts"][number];
