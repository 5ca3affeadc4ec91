import { catalog } from "#messages/catalog.ts";

/** Why a restore cannot create the disk as it was: reasons of CONFLICT. */
export const restoreConflicts = catalog({
  en: {
    "encryption-set-missing": {
      message: "The disk encryption set {set} no longer exists, so the disk cannot be created as it was.",
      action: "Choose another disk encryption set, or a platform key.",
    },
    "disk-access-missing": {
      message: "The disk access {diskAccess} no longer exists, so the disk cannot be private as it was.",
      action: "Choose another network access for the restored disk.",
    },
  },
  nl: {
    "encryption-set-missing": {
      message:
        "De schijfversleutelingsset {set} bestaat niet meer, dus de schijf kan niet worden gemaakt zoals die was.",
      action: "Kies een andere schijfversleutelingsset of een platformsleutel.",
    },
    "disk-access-missing": {
      message:
        "De schijftoegang {diskAccess} bestaat niet meer, dus de schijf kan niet zo privé zijn als die was.",
      action: "Kies een andere netwerktoegang voor de herstelde schijf.",
    },
  },
});
