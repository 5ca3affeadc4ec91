/** The operator's session: commands of the Azure CLI in order, and what each must answer. */
import { MANAGED_IDENTITY_PRINCIPAL_ID } from "../../src/entra/directory.ts";
import { COMMERCE_GROUP, CONTOSO_SUBSCRIPTION_ID, PLATFORM_GROUP } from "../../src/fleet/constants.ts";
import { moreAreas } from "./session-more.ts";
import { type Area, fails, ok, type Step } from "./step.ts";

const subscription = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}`;
const commerce = `${subscription}/resourceGroups/${COMMERCE_GROUP}`;
const compute = "providers/Microsoft.Compute";
const ops = `${subscription}/resourceGroups/ops-rg`;
const g = `-g ${COMMERCE_GROUP}`;
const vm = `${g} -n web-01`;
const vmName = `${g} --vm-name web-01`;
const stranger = MANAGED_IDENTITY_PRINCIPAL_ID;

const groups: Step[] = [
  ok("account show --query name -o json", "Contoso Production"),
  ok("account list --query [].name -o json", ["Contoso Production"]),
  ok("account list-locations --query length([?name=='westeurope']) -o json", 1),
  ok("account get-access-token --query tokenType -o json", "Bearer"),
  ok("rest --url /tenants?api-version=2022-12-01 --query length(value) -o json", 1),
  ok("group list --query length([?name=='commerce-rg']) -o json", 1),
  ok(`group show -n ${COMMERCE_GROUP} --query location -o json`, "westeurope"),
  ok(
    `group show -n ${COMMERCE_GROUP.toUpperCase()} --query properties.provisioningState -o json`,
    "Succeeded",
  ),
  fails("group show -n no-such-rg", "ResourceGroupNotFound"),
  ok("group create -n ops-rg -l westeurope --tags purpose=test --query tags.purpose -o json", "test"),
  ok("group create -n spare-rg -l westeurope --query properties.provisioningState -o json", "Succeeded"),
  fails("group create -n ops-rg -l northeurope", "InvalidResourceGroupLocation"),
  fails("group create -n nowhere-rg -l atlantis", "LocationNotAvailableForResourceGroup"),
  ok("group exists -n ops-rg", true),
  ok("group exists -n no-such-rg", false),
  ok("group update -n ops-rg --set tags.owner=ops --query tags.owner -o json", "ops"),
  ok(`resource list ${g} --query length([?type=='Microsoft.Compute/virtualMachines'])>\`0\` -o json`, true),
  ok("resource list --resource-type Microsoft.Compute/disks --query length(@)>`3` -o json", true),
  ok(`resource show --ids ${commerce}/${compute}/virtualMachines/web-01 --query name -o json`, "web-01"),
  ok("provider list --query length([?namespace=='Microsoft.Compute']) -o json", 1),
  ok("provider show -n Microsoft.Compute --query registrationState -o json", "Registered"),
  fails("provider show -n Microsoft.Nonsense", "InvalidResourceNamespace"),
];

const machines: Step[] = [
  ok("vm list --query length([?name=='web-01']) -o json", 1),
  ok(`vm list ${g} --query [].name -o json`),
  ok(`vm list ${g} -d --query [?name=='web-01']|[0].powerState -o json`, "VM running"),
  ok(`vm show ${vm} --query storageProfile.osDisk.osType -o json`, "Linux"),
  ok(`vm show ${vm} -d --query powerState -o json`, "VM running"),
  ok(`vm show ${vm} -d --query privateIps!=null -o json`, true),
  ok(`vm show -g ${COMMERCE_GROUP.toUpperCase()} -n WEB-01 --query name -o json`, "web-01"),
  ok(`vm get-instance-view ${vm} --query instanceView.vmAgent.statuses[0].displayStatus -o json`, "Ready"),
  ok(`vm list-ip-addresses ${vm} --query length(@) -o json`, 1),
  ok("vm list-sizes -l westeurope --query length([?name=='Standard_D2s_v5']) -o json", 1),
  ok("vm list-skus -l westeurope --resource-type virtualMachines --query length(@)>`2` -o json", true),
  ok("vm list-usage -l westeurope --query length(@)>`0` -o json", true),
  ok(`vm list-vm-resize-options ${vm} --query length(@)>\`0\` -o json`, true),
  ok(`vm nic list ${vmName} --query length(@) -o json`, 1),
  ok(`network nic list ${g} --query length(@)>\`0\` -o json`, true),
  ok(`network nic show ${g} -n web-01-nic --query primary -o json`, true),
  ok(`network vnet list ${g} --query length(@)>\`0\` -o json`, true),
  fails(`vm show ${g} -n no-such-vm`, "ResourceNotFound"),
  fails("vm show -g no-such-rg -n web-01", "ResourceGroupNotFound"),
  ok(`vm update ${vm} --set tags.shift=night --query tags.shift -o json`, "night"),
  ok(`vm update ${vm} --set licenseType=UBUNTU_PRO --query licenseType -o json`, "UBUNTU_PRO"),
  fails(`vm update ${vm} --set hardwareProfile.vmSize=Standard_Nonsense`, "InvalidParameter"),
  fails(`vm update ${vm} --set osProfile.adminUsername=root`, "PropertyChangeNotAllowed"),
  ok(`vm resize ${vm} --size Standard_D4s_v5 --query hardwareProfile.vmSize -o json`, "Standard_D4s_v5"),
  ok(`vm show ${vm} --query hardwareProfile.vmSize -o json`, "Standard_D4s_v5"),
  ok(`vm stop ${vm}`),
  ok(`vm show ${vm} -d --query powerState -o json`, "VM stopped"),
  ok(`vm start ${vm}`),
  ok(`vm restart ${vm}`),
  ok(`vm deallocate ${vm}`),
  ok(`vm show ${vm} -d --query powerState -o json`, "VM deallocated"),
  ok(`disk show ${g} -n web-01_OsDisk --query diskState -o json`, "Reserved"),
  ok(`vm start ${vm}`),
  ok(`vm wait ${vm} --updated`),
  ok(`vm redeploy ${vm}`),
  ok(`vm reapply ${vm}`),
  fails(`vm start ${g} -n no-such-vm`, "ResourceNotFound"),
];

const d = "-g ops-rg -n data-1";
const disks: Step[] = [
  ok(`disk list ${g} --query length([?name=='web-01_Data0']) -o json`, 1),
  ok(`disk show ${g} -n web-01_OsDisk --query hyperVGeneration -o json`, "V2"),
  ok(`disk create ${d} --size-gb 32 --sku Premium_LRS -l westeurope --query sku.name -o json`, "Premium_LRS"),
  ok(`disk show ${d} --query diskState -o json`, "Unattached"),
  fails("disk create -g ops-rg -n bad-1 --size-gb 32 --sku Nonsense_LRS -l westeurope", "Nonsense"),
  fails("disk create -g ops-rg -n bad-2 --size-gb 32 -l atlantis", "LocationNotAvailable"),
  fails("disk create -g ops-rg -n bad-3 --size-gb 99999 -l westeurope", "InvalidParameter"),
  ok(`disk update ${d} --size-gb 64 --query diskSizeGB -o json`, 64),
  fails(`disk update ${d} --size-gb 16`, "cannot be resized down"),
  ok(`disk update ${d} --sku StandardSSD_LRS --query sku.name -o json`, "StandardSSD_LRS"),
  ok(`disk show ${d} --query sku.name -o json`, "StandardSSD_LRS"),
  ok(`disk update ${d} --set tags.kind=data --query tags.kind -o json`, "data"),
  ok(
    `disk grant-access ${d} --duration-in-seconds 3600 --query accessSAS!=null||accessSas!=null -o json`,
    true,
  ),
  ok(`disk show ${d} --query diskState -o json`, "ActiveSAS"),
  fails(`disk delete ${d} --yes`, "OperationNotAllowed"),
  ok(`disk revoke-access ${d}`),
  ok(`disk update ${d} --network-access-policy DenyAll --query networkAccessPolicy -o json`, "DenyAll"),
  fails(`disk grant-access ${d} --duration-in-seconds 3600`, "etwork access policy"),
  fails(`disk update ${d} --network-access-policy AllowPrivate`, "ConflictingUserInput"),
  ok("disk-access create -g ops-rg -n private-1 -l westeurope --query name -o json", "private-1"),
  ok(
    `disk update ${d} --network-access-policy AllowPrivate --disk-access ${ops}/${compute}/diskAccesses/private-1 --query networkAccessPolicy -o json`,
    "AllowPrivate",
  ),
  ok("disk-access list -g ops-rg --query length(@) -o json", 1),
  ok(
    `disk update ${d} --set networkAccessPolicy=AllowAll --remove diskAccessId --query networkAccessPolicy -o json`,
    "AllowAll",
  ),
  fails(`disk grant-access ${g} -n web-01_OsDisk --duration-in-seconds 3600`, "Conflict"),
  fails(`disk show ${g} -n no-such-disk`, "ResourceNotFound"),
  ok("disk create -g ops-rg -n zonal-1 --size-gb 32 --zone 1 -l westeurope --query zones -o json", ["1"]),
  ok("disk create -g ops-rg -n upload-1 --upload-type Upload --upload-size-bytes 33554944 -l westeurope"),
  ok("disk show -g ops-rg -n upload-1 --query diskState -o json", "ReadyToUpload"),
  ok("disk grant-access -g ops-rg -n upload-1 --access-level Write --duration-in-seconds 3600"),
  ok("disk show -g ops-rg -n upload-1 --query diskState -o json", "ActiveUpload"),
  ok("disk list --query length([?name=='data-1']) -o json", 1),
  ok(`vm disk attach ${vmName} --name ${ops}/${compute}/disks/data-1 --lun 5`),
  ok(`vm show ${vm} --query storageProfile.dataDisks[?name=='data-1'].lun -o json`, [5]),
  ok(`disk show ${d} --query diskState -o json`, "Attached"),
  fails(`vm disk attach ${g} --vm-name sql-01 --name ${ops}/${compute}/disks/data-1`, "already owned by VM"),
  fails(`vm disk attach ${vmName} --name ${ops}/${compute}/disks/zonal-1 --lun 6`, "BadRequest"),
  fails(`disk delete ${d} --yes`, "OperationNotAllowed"),
  ok(`vm disk detach ${vmName} --name data-1`),
  ok(`disk show ${d} --query diskState -o json`, "Unattached"),
  ok("disk delete -g ops-rg -n zonal-1 --yes"),
];

const os = `${commerce}/${compute}/disks/web-01_OsDisk`;
const snapshots: Step[] = [
  ok(
    `snapshot create -g ops-rg -n s1 --source ${os} --incremental true -l westeurope --query incremental -o json`,
    true,
  ),
  ok("snapshot show -g ops-rg -n s1 --query osType -o json", "Linux"),
  ok("snapshot show -g ops-rg -n s1 --query hyperVGeneration -o json", "V2"),
  ok("snapshot show -g ops-rg -n s1 --query diskState -o json", "Unattached"),
  ok("snapshot list -g ops-rg --query [].name -o json", ["s1"]),
  ok("snapshot update -g ops-rg -n s1 --set tags.keep=yes --query tags.keep -o json", "yes"),
  ok("snapshot grant-access -g ops-rg -n s1 --duration-in-seconds 3600"),
  fails("snapshot delete -g ops-rg -n s1", "OperationNotAllowed"),
  ok("snapshot revoke-access -g ops-rg -n s1"),
  ok("disk create -g ops-rg -n from-s1 --source s1 -l westeurope --query osType -o json", "Linux"),
  ok("disk show -g ops-rg -n from-s1 --query hyperVGeneration -o json", "V2"),
  ok("disk show -g ops-rg -n from-s1 --query creationData.createOption -o json", "Copy"),
  fails(
    `snapshot create -g ops-rg -n s2 --source ${ops}/${compute}/disks/no-such-disk -l westeurope`,
    "NotFound",
  ),
  fails("snapshot show -g ops-rg -n s2", "ResourceNotFound"),
  ok("snapshot delete -g ops-rg -n s1"),
  ok("disk delete -g ops-rg -n from-s1 --yes"),
];

const rpc = "-g ops-rg --collection-name web-01-points";
const points: Step[] = [
  ok(
    `restore-point collection create ${rpc} --source-id ${commerce}/${compute}/virtualMachines/web-01 -l westeurope --query provisioningState -o json`,
    "Succeeded",
  ),
  ok("restore-point collection list -g ops-rg --query length(@) -o json", 1),
  ok("restore-point collection list-all --query length([?name=='web-01-points']) -o json", 1),
  ok(`restore-point collection update ${rpc} --tags keep=yes --query tags.keep -o json`, "yes"),
  ok(
    `restore-point create ${rpc} -n p1 --consistency-mode CrashConsistent --query consistencyMode -o json`,
    "CrashConsistent",
  ),
  ok(`restore-point create ${rpc} -n p2 --query provisioningState -o json`, "Succeeded"),
  fails(`restore-point create ${rpc} -n p3 --consistency-mode ApplicationConsistent`, "InvalidParameter"),
  ok(
    `restore-point show ${rpc} -n p1 --query sourceMetadata.hardwareProfile.vmSize -o json`,
    "Standard_D4s_v5",
  ),
  ok(
    `restore-point show ${rpc} -n p1 --instance-view --query length(instanceView.diskRestorePoints) -o json`,
    2,
  ),
  ok(`restore-point collection show ${rpc} --restore-points --query length(restorePoints) -o json`, 2),
  fails(`restore-point show ${rpc} -n no-such-point`, "NotFound"),
  fails(`restore-point create ${rpc} -n p1`, "OperationNotAllowed"),
  ok(`restore-point delete ${rpc} -n p1 --yes`),
  ok(`restore-point collection delete ${rpc} --yes`),
  fails(`restore-point collection show ${rpc}`, "ResourceNotFound"),
];

const guests: Step[] = [
  ok(
    `vm extension set ${vmName} --publisher Microsoft.Azure.Extensions --name CustomScript --version 2.1 --settings {"commandToExecute":"true"} --query provisioningState -o json`,
    "Succeeded",
  ),
  ok(`vm extension list ${vmName} --query length([?name=='CustomScript']) -o json`, 1),
  ok(`vm extension show ${vmName} -n CustomScript --query publisher -o json`, "Microsoft.Azure.Extensions"),
  fails(
    `vm extension set ${vmName} --publisher No.Such.Publisher --name Thing --version 1.0`,
    "ArtifactNotFound",
  ),
  fails(
    `vm extension set ${vmName} --publisher Microsoft.Azure.RecoveryServices --name VMSnapshotLinux --version 1.9 --no-auto-upgrade-minor-version`,
    "ArtifactVersionNotFound",
  ),
  ok(
    "vm extension image list-versions -l westeurope -p Microsoft.Azure.RecoveryServices -n VMSnapshotLinux --query length(@)>`0` -o json",
    true,
  ),
  ok(`vm extension delete ${vmName} -n CustomScript`),
  fails(`vm extension show ${vmName} -n CustomScript`, "NotFound"),
  ok(
    `vm run-command invoke ${vm} --command-id RunShellScript --scripts "uname -a" --query value[0].code -o json`,
    "ProvisioningState/succeeded",
  ),
  ok(
    `vm run-command invoke ${g} -n sql-01 --command-id RunPowerShellScript --scripts "Get-Service VSS" --query value[0].code -o json`,
    "ComponentStatus/StdOut/succeeded",
  ),
  ok("vm run-command list -l westeurope --query length([?id=='RunShellScript']) -o json", 1),
  fails(`vm run-command invoke ${vm} --command-id NoSuchCommand`, "was not found"),
];

const governance: Step[] = [
  ok(`tag create --resource-id ${commerce} --tags cost=42 --query properties.tags.cost -o json`, "42"),
  ok(
    `tag update --resource-id ${commerce} --operation Merge --tags more=1 --query properties.tags.more -o json`,
    "1",
  ),
  ok(`tag list --resource-id ${commerce} --query properties.tags.cost -o json`, "42"),
  fails(`group update -n ops-rg --tags a/b=1`, "InvalidTagName"),
  ok("lock create -n keep -g ops-rg --lock-type CanNotDelete --query level -o json", "CanNotDelete"),
  ok("lock list -g ops-rg --query length(@) -o json", 1),
  ok("lock show -n keep -g ops-rg --query name -o json", "keep"),
  fails(`disk delete ${d} --yes`, "ScopeLocked"),
  fails("group delete -n ops-rg --yes", "ScopeLocked"),
  ok(`disk update ${d} --set tags.locked=no --query tags.locked -o json`, "no"),
  ok("lock delete -n keep -g ops-rg"),
  ok("lock create -n frozen -g ops-rg --lock-type ReadOnly --query level -o json", "ReadOnly"),
  fails(`disk update ${d} --set tags.locked=yes`, "ScopeLocked"),
  fails(`disk grant-access ${d} --duration-in-seconds 60`, "ScopeLocked"),
  ok("lock delete -n frozen -g ops-rg"),
  ok("role definition list -n Contributor --query [0].roleType -o json", "BuiltInRole"),
  ok(
    `role definition create --role-definition {"Name":"Disk-reader","Description":"reads","Actions":["Microsoft.Compute/disks/read"],"AssignableScopes":["${subscription}"]} --query roleName -o json`,
    "Disk-reader",
  ),
  ok("role definition list --custom-role-only true --query length([?roleName=='Disk-reader']) -o json", 1),
  ok(
    `role assignment create --assignee-object-id ${stranger} --assignee-principal-type ServicePrincipal --role Reader --scope ${ops} --query principalId -o json`,
    stranger,
  ),
  ok(
    `role assignment list --scope ${ops} --fill-principal-name false --query length([?principalId=='${stranger}']) -o json`,
    1,
  ),
  ok(`role assignment delete --assignee ${stranger} --role Reader --scope ${ops}`),
  ok(
    `policy definition create -n deny-disks --mode All --rules {"if":{"field":"type","equals":"Microsoft.Compute/disks"},"then":{"effect":"deny"}} --query name -o json`,
    "deny-disks",
  ),
  ok(
    `policy assignment create -n no-disks --policy deny-disks --scope ${ops} --query name -o json`,
    "no-disks",
  ),
  fails("disk create -g ops-rg -n denied-1 --size-gb 4 -l westeurope", "RequestDisallowedByPolicy"),
  ok(`policy assignment list --scope ${ops} --query length(@) -o json`, 1),
  ok(`policy assignment delete -n no-disks --scope ${ops}`),
  ok("policy definition delete -n deny-disks"),
  fails(`rest --method get --url ${subscription}/resourceGroups?api-version=1999-01-01`, "1999-01-01"),
  fails(
    `rest --method get --url ${subscription}/${compute}/nonsense?api-version=2024-03-01`,
    "InvalidResourceType",
  ),
  fails(
    "group list --subscription 00000000-0000-0000-0000-00000000dead",
    "00000000-0000-0000-0000-00000000dead",
  ),
];

const cleanUp: Step[] = [
  ok(`resource move --destination-group spare-rg --ids ${ops}/${compute}/disks/data-1`),
  ok("disk show -g spare-rg -n data-1 --query name -o json", "data-1"),
  fails("disk revoke-access -g ops-rg -n upload-1", "InvalidVhd"),
  ok("group delete -n spare-rg --yes"),
  ok("group delete -n ops-rg --yes"),
  ok("group exists -n ops-rg", false),
  ok("vm list --query length(@) -o json", 4),
  ok(`vm list -g ${PLATFORM_GROUP} --query length(@) -o json`),
];

/** All steps. Later steps need what earlier ones made. */
export const session: readonly Area[] = [
  { area: "groups", steps: groups },
  { area: "virtual machines", steps: machines },
  { area: "disks", steps: disks },
  { area: "snapshots", steps: snapshots },
  { area: "restore points", steps: points },
  { area: "extensions and run command", steps: guests },
  { area: "governance", steps: governance },
  ...moreAreas,
  { area: "clean-up", steps: cleanUp },
];
