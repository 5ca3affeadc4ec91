/** Everything that ARM serves. A new resource type is one file and one entry in this list. */
import { access } from "./access.ts";
import { attach } from "./attach.ts";
import { locks } from "./authorization/locks.ts";
import { roleAssignments } from "./authorization/role-assignments.ts";
import { roleDefinitions } from "./authorization/role-definitions.ts";
import { availabilitySets } from "./availability-sets.ts";
import { diskAccesses } from "./disk-accesses.ts";
import { diskEncryptionSets } from "./disk-encryption-sets.ts";

import { diskRestorePoints } from "./disk-restore-points.ts";
import { disks } from "./disks.ts";
import { emptyLists } from "./empty-lists.ts";
import { extensionImages } from "./extension-images.ts";
import { extensions } from "./extensions.ts";
import { operations } from "./long-running.ts";
import { moves } from "./move.ts";
import { network } from "./network/index.ts";
import type { ArmPart } from "./part.ts";
import { policies } from "./policy/routes.ts";
import { resourceProviders } from "./providers.ts";
import { resourceGroups } from "./resource-groups.ts";
import { resources } from "./resources.ts";
import { collections } from "./restore-point-collections.ts";
import { restorePoints } from "./restore-points.ts";
import { runCommands } from "./run-command.ts";
import { snapshots } from "./snapshots.ts";
import { subscriptions } from "./subscriptions.ts";
import { tagNames } from "./tag-names.ts";
import { tags } from "./tags.ts";
import { vmPower } from "./vm-power.ts";
import { vmSizeLists } from "./vm-size-lists.ts";
import { vms } from "./vms.ts";

export const armParts: readonly ArmPart[] = [
  subscriptions,
  resourceGroups,
  moves,
  resources,
  resourceProviders,
  tags,
  tagNames,
  emptyLists,
  locks,
  policies,
  roleAssignments,
  roleDefinitions,
  vms,
  runCommands,
  vmPower,
  attach,
  vmSizeLists,
  availabilitySets,
  network,
  extensions,
  extensionImages,
  collections,
  restorePoints,
  diskRestorePoints,
  disks,
  snapshots,
  diskEncryptionSets,
  diskAccesses,
  access,
  operations,
];
