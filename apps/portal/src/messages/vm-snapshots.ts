import { catalog } from "#messages/catalog.ts";

/** The snapshots of a virtual machine in Azure. */
export const vmSnapshots = catalog({
  en: {
    title: "Snapshots",
    none: "No snapshots in Azure",
    noneText: "A policy with instant restore keeps the snapshots of its backups in Azure for some days.",
    disks: "disks of <size></size>",
    disk: "disk <disk></disk> of <size></size>",
    size: "Azure bills what changed since the previous snapshot, and does not report how much that is.",
  },
  nl: {
    title: "Momentopnamen",
    none: "Geen momentopnamen in Azure",
    noneText: "Een beleid met direct herstel bewaart de momentopnamen van de back-ups enkele dagen in Azure.",
    disks: "schijven van <size></size>",
    disk: "schijf <disk></disk> van <size></size>",
    size: "Azure rekent af wat sinds de vorige momentopname is gewijzigd en meldt niet hoeveel dat is.",
  },
});
