/** Runs the cases by kind of resource. */
import { access } from "./access.ts";
import { accessRecordings } from "./access-recordings.ts";
import { blob } from "./blob.ts";
import { blobRules } from "./blob-rules.ts";
import type { Kind } from "./case.ts";
import { disk } from "./disk.ts";
import { diskRecordings } from "./disk-recordings.ts";
import { diskResources } from "./disk-resources.ts";
import { frontDoor } from "./front-door.ts";
import { managementRecords } from "./management-records.ts";
import { operation } from "./operation.ts";
import { requests } from "./requests.ts";
import { restorePoint } from "./restore-point.ts";
import { restorePointCopies } from "./restore-point-copies.ts";
import { restorePointInstant } from "./restore-point-instant.ts";
import { restorePointRules } from "./restore-point-rules.ts";
import { roleRecords } from "./role-records.ts";
import { roles } from "./roles.ts";
import { runKinds } from "./run-kinds.ts";
import { snapshot } from "./snapshot.ts";
import { subscriptionRecords } from "./subscription-records.ts";
import { vm } from "./vm.ts";
import { vmGuest } from "./vm-guest.ts";
import { vmRecords } from "./vm-records.ts";

const kinds: readonly Kind[] = [
  { ...frontDoor, cases: [...frontDoor.cases, ...requests, ...managementRecords, ...subscriptionRecords] },
  { ...roles, cases: [...roles.cases, ...roleRecords] },
  { ...vm, cases: [...vm.cases, ...vmGuest, ...vmRecords] },
  { ...disk, cases: [...disk.cases, ...snapshot, ...diskRecordings, ...diskResources] },
  { ...access, cases: [...access.cases, ...accessRecordings] },
  { ...blob, cases: [...blob.cases, ...blobRules] },
  {
    ...restorePoint,
    cases: [...restorePoint.cases, ...restorePointRules, ...restorePointCopies, ...restorePointInstant],
  },
  operation,
];

runKinds(kinds);
