/** Everything that ARM serves. A new resource type is one file and one entry in this list. */

import { locks } from "./authorization/locks.ts";
import { providerOperations } from "./authorization/provider-operations.ts";
import { roleAssignments } from "./authorization/role-assignments.ts";
import { roleDefinitions } from "./authorization/role-definitions.ts";
import { access } from "./disks/access.ts";
import { diskAccesses } from "./disks/disk-accesses.ts";
import { diskEncryptionSets } from "./disks/disk-encryption-sets.ts";
import { disks } from "./disks/disks.ts";
import { extensionImages } from "./extensions/extension-images.ts";
import { extensions } from "./extensions/extensions.ts";
import { managedRunCommands } from "./extensions/managed-run-commands.ts";
import { runCommands } from "./extensions/run-command.ts";
import { network } from "./network/index.ts";
import { operations } from "./operations/long-running.ts";
import type { ArmPart } from "./part.ts";
import { policies } from "./policy/routes.ts";
import { emptyLists } from "./resources/empty-lists.ts";
import { subscriptionFeatures } from "./resources/features.ts";
import { moves } from "./resources/move.ts";
import { resourceProviders } from "./resources/providers.ts";
import { resourceGroups } from "./resources/resource-groups.ts";
import { resources } from "./resources/resources.ts";
import { subscriptions } from "./resources/subscriptions.ts";
import { tagNames } from "./resources/tag-names.ts";
import { tags } from "./resources/tags.ts";
import { diskRestorePoints } from "./restore-points/disk-restore-points.ts";
import { collections } from "./restore-points/restore-point-collections.ts";
import { restorePoints } from "./restore-points/restore-points.ts";
import { snapshots } from "./snapshots/snapshots.ts";
import { vmSizeLists } from "./vm-sizes/vm-size-lists.ts";
import { attach } from "./vms/attach.ts";
import { availabilitySets } from "./vms/availability-sets.ts";
import { refusedActions } from "./vms/refused-actions.ts";
import { vmPower } from "./vms/vm-power.ts";
import { vms } from "./vms/vms.ts";

export const armParts: readonly ArmPart[] = [
  subscriptions,
  resourceGroups,
  moves,
  resources,
  resourceProviders,
  tags,
  tagNames,
  emptyLists,
  subscriptionFeatures,
  locks,
  policies,
  roleAssignments,
  roleDefinitions,
  providerOperations,
  vms,
  runCommands,
  managedRunCommands,
  vmPower,
  refusedActions,
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
