import { catalog } from "#messages/catalog.ts";

/** Rename, duplicate and retire a policy. */
export const policyActions = catalog({
  en: {
    more: "More actions",
    rename: "Rename",
    renameTitle: "Rename {name}",
    renameText: "Recovery points, reports and the audit log show the new name.",
    renamed: "{before} is now {name}",
    duplicate: "Duplicate",
    copySuffix: "copy",
    retire: "Retire",
    retireTitle: "Retire {name}?",
    retireText:
      "It takes no more VMs. No recovery point is removed, and you can take the policy into use again.",
    retireVms:
      "{vms, plural, =0 {No VM is under it.} one {# VM stays protected by it until you move it to another policy.} other {# VMs stay protected by it until you move them to another policy.}}",
    retired: "{name} is retired",
    reinstate: "Use again",
    reinstated: "{name} takes VMs again",
    failed: "The policy was not changed",
    badge: "Retired",
    alert: "This policy is retired",
    alertText:
      "{vms, plural, =0 {It takes no VMs. Recovery points that were made under it stay.} one {It takes no more VMs. # VM is still protected by it: move it to another policy.} other {It takes no more VMs. # VMs are still protected by it: move them to another policy.}}",
    noAssign: "A retired policy takes no VMs",
    refusal: "This policy is retired: the change is refused.",
  },
  nl: {
    more: "Meer acties",
    rename: "Hernoemen",
    renameTitle: "{name} hernoemen",
    renameText: "Herstelpunten, rapporten en het auditlogboek tonen de nieuwe naam.",
    renamed: "{before} heet nu {name}",
    duplicate: "Dupliceren",
    copySuffix: "kopie",
    retire: "Buiten gebruik stellen",
    retireTitle: "{name} buiten gebruik stellen?",
    retireText:
      "Het neemt geen VM’s meer aan. Er wordt geen herstelpunt verwijderd en u kunt het beleid weer in gebruik nemen.",
    retireVms:
      "{vms, plural, =0 {Er valt geen VM onder.} one {# VM blijft erdoor beveiligd tot u die verplaatst naar een ander beleid.} other {# VM’s blijven erdoor beveiligd tot u die verplaatst naar een ander beleid.}}",
    retired: "{name} is buiten gebruik",
    reinstate: "Weer in gebruik nemen",
    reinstated: "{name} neemt weer VM’s aan",
    failed: "Het beleid is niet gewijzigd",
    badge: "Buiten gebruik",
    alert: "Dit beleid is buiten gebruik",
    alertText:
      "{vms, plural, =0 {Het neemt geen VM’s aan. Herstelpunten die ermee zijn gemaakt, blijven.} one {Het neemt geen VM’s meer aan. # VM is er nog door beveiligd: verplaats die naar een ander beleid.} other {Het neemt geen VM’s meer aan. # VM’s zijn er nog door beveiligd: verplaats die naar een ander beleid.}}",
    noAssign: "Een beleid dat buiten gebruik is, neemt geen VM’s aan",
    refusal: "Dit beleid is buiten gebruik: de wijziging wordt geweigerd.",
  },
});
