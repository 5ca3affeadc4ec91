/** More of an operator's day: tables, waits, options and refusals. Needs nothing of the other areas. */
import { COMMERCE_GROUP, CONTOSO_SUBSCRIPTION_ID } from "../../src/fleet/constants.ts";
import { type Area, fails, ok, prints, type Step } from "./step.ts";

const commerce = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}/resourceGroups/${COMMERCE_GROUP}`;
const g = `-g ${COMMERCE_GROUP}`;
const web = `${g} -n web-01`;
const onWeb = `${g} --vm-name web-01`;
const webId = `${commerce}/providers/Microsoft.Compute/virtualMachines/web-01`;
const more = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}/resourceGroups/more-rg`;

const reads: Step[] = [
  prints("group list -o table", "Name", "Location", "Status", COMMERCE_GROUP),
  prints("vm list -d -o table", "PowerState", "PublicIps", "web-01", "203.0.113.4"),
  prints(`vm get-instance-view ${web} -o table`, "ProvisioningState", "PowerState", "VM running"),
  prints("vm list-ip-addresses -o table", "PrivateIPAddresses", "PublicIPAddresses", "sql-01"),
  prints("vm list-skus -l westeurope -r disks -o table", "PremiumV2_LRS", "Restrictions"),
  prints("disk list -o table", "SizeGb", "OsType", "web-01_OsDisk", "Premium_LRS"),
  prints(`resource list ${g} -o table`, "web-01", "Microsoft.Compute/virtualMachines"),
  prints("role assignment list -o table", "Principal", "Owner", "Contributor"),
  prints("role definition list -n Reader -o table", "View all resources"),
  prints(`network nsg rule list ${g} --nsg-name web-01-nsg -o table`, "Priority", "allow-"),
  prints("vm run-command list -l westeurope -o table", "Executes a Linux shell script", "Linux"),
  prints(
    "vm extension image list -l westeurope -n CustomScript -o table",
    "Microsoft.Azure.Extensions",
    "2.1",
  ),
  ok(`vm show --ids ${webId} --query name -o json`, "web-01"),
  ok(`vm secret list ${web} -o json`, []),
  ok("vm availability-set list --query length(@)>=`0` -o json", true),
  ok("vmss list -o json", []),
  ok("sshkey list -o json", []),
  ok("ppg list -g platform-rg -o json", []),
  ok("sig list -o json", []),
  ok(`deployment group list ${g} -o json`, []),
  fails(`deployment group show ${g} -n first`, "DeploymentNotFound"),
  ok(
    "feature show --namespace Microsoft.Compute -n EncryptionAtHost --query properties.state -o json",
    "Registered",
  ),
  ok(
    "provider operation show --namespace Microsoft.Compute --query length(resourceTypes[?name=='disks'].operations[])>`4` -o json",
    true,
  ),
  ok("provider show -n Microsoft.Storage --query registrationState -o json", "Registered"),
  ok("ad sp list --all --query length(@)>`0` -o json", true),
  fails("vm list-usage -l atlantis", "NoRegisteredProviderFound"),
  fails(`vm perform-maintenance ${web}`, "is not eligible"),
  fails(`vm simulate-eviction ${web}`, "OperationNotAllowed"),
  fails(`vm convert ${web}`, "already using managed disks"),
  fails(`vm generalize ${web}`, "OperationNotAllowed"),
];

const d = "-g more-rg -n one";
const disks: Step[] = [
  ok("group create -n more-rg -l westeurope --tags a=1 b=2 --query tags.b -o json", "2"),
  ok("group wait -n more-rg --exists --interval 1"),
  fails("group create -n bad,name -l westeurope", "InvalidResourceGroup"),
  ok(`disk create ${d} --size-gb 4 -l westeurope --no-wait`),
  ok(`disk wait ${d} --created --interval 1`),
  ok(`disk update ${d} --size-gb 8 --no-wait`),
  ok(`disk wait ${d} --updated --interval 1`),
  ok(`disk show --ids ${more}/providers/Microsoft.Compute/disks/one --query diskSizeGB -o json`, 8),
  ok("disk create -g more-rg -n two --source one -l westeurope --query creationData.createOption", "Copy"),
  ok(
    "disk create -g more-rg -n fast --size-gb 8 --sku PremiumV2_LRS --zone 1 -l westeurope --disk-iops-read-write 4000 --query diskIOPSReadWrite -o json",
    4000,
  ),
  fails("disk create -g more-rg -n bad --size-gb 4 --zone 9 -l westeurope", "InvalidAvailabilityZone"),
  fails(`disk create ${d} --size-gb 2 -l westeurope`, "cannot be resized down"),
  fails(`disk create ${d} --size-gb 8 -l northeurope`, "InvalidResourceLocation"),
  fails("disk create -g no-such-rg -n one --size-gb 4 -l westeurope", "ResourceGroupNotFound"),
  ok(
    "snapshot create -g more-rg -n first --source one -l westeurope --incremental true --query incremental",
    true,
  ),
  prints("snapshot show -g more-rg -n first -o table", "DiskState", "Unattached", "first"),
  ok(
    "disk create -g more-rg -n big --source first --size-gb 16 -l westeurope --query diskSizeGB -o json",
    16,
  ),
  fails("disk create -g more-rg -n small --source first --size-gb 2 -l westeurope", "is smaller than"),
  ok("snapshot delete -g more-rg -n first --no-wait"),
  ok("snapshot wait -g more-rg -n first --deleted --interval 1"),
  ok(`disk delete ${d} --yes --no-wait`),
  ok(`disk wait ${d} --deleted --interval 1`),
  ok("group delete -n more-rg --yes --no-wait"),
  ok("group wait -n more-rg --deleted --interval 1"),
];

const scripts: Step[] = [
  prints(
    `vm run-command invoke ${web} --command-id RunShellScript --scripts hostname --query value[0].message -o tsv`,
    "[stdout]",
    "web-01",
  ),
  ok(`vm run-command create ${onWeb} --name greet --script "echo hi" --query provisioningState`, "Succeeded"),
  prints(`vm run-command list ${onWeb} -o table`, "greet", "Succeeded"),
  ok(
    `vm run-command show ${onWeb} --name greet --instance-view --query instanceView.[exitCode,output] -o json`,
    [0, "hi\n"],
  ),
  ok(`vm run-command delete ${onWeb} --name greet --yes`),
  fails(`vm run-command show ${onWeb} --name greet`, "ResourceNotFound"),
  ok(
    `vm extension set ${onWeb} --publisher Microsoft.Azure.Extensions --name CustomScript --settings {"commandToExecute":"true"} --no-wait`,
  ),
  ok(`vm extension wait ${onWeb} -n CustomScript --created --interval 1`),
  prints(`vm extension list ${onWeb} -o table`, "CustomScript", "AutoUpgradeMinorVersion"),
  ok(`vm extension delete ${onWeb} -n CustomScript`),
  ok(`lock create -n whole -t CanNotDelete --notes "keep it" --query notes -o json`, "keep it"),
  fails(`disk delete ${g} -n web-01_Data0 --yes`, "ScopeLocked"),
  ok("lock update -n whole --notes changed --query notes -o json", "changed"),
  ok("lock delete -n whole"),
];

export const moreAreas: readonly Area[] = [
  { area: "more reads", steps: reads },
  { area: "more disks", steps: disks },
  { area: "more scripts and locks", steps: scripts },
];
