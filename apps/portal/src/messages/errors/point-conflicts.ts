import { catalog } from "#messages/catalog.ts";
import { approvalConflicts } from "#messages/errors/approvals.ts";
import { bulkConflicts } from "#messages/errors/bulk.ts";

/** Why a recovery point cannot be held, released, removed, brought back or rebuilt: reasons of CONFLICT. */
export const pointConflicts = catalog({
  en: {
    ...approvalConflicts.en,
    ...bulkConflicts.en,
    "verification-open": {
      message: "A verification of this recovery point is already running ({mode}).",
      action: "Wait until it ends, or cancel it first.",
    },
    "catalog-in-use": {
      message:
        "The database of Kluis is in use: it has jobs, protected virtual machines, or points of another vault.",
      action: "Rebuild into an empty database.",
    },
    "point-pinned": {
      message: "The recovery point is pinned since {pinnedAt} and cannot be deleted.",
      action: "Unpin it first.",
    },
    "point-already-pinned": {
      message: "The recovery point {point} is already pinned.",
      action: "Unpin it first to change the reason.",
    },
    "point-not-pinned": {
      message: "The recovery point {point} is not pinned.",
      action: "",
    },
    "point-not-soft-deleted": {
      message: "The recovery point {point} cannot be brought back.",
      action: "Only a deleted recovery point whose data is still kept can be brought back.",
    },
  },
  nl: {
    ...approvalConflicts.nl,
    ...bulkConflicts.nl,
    "verification-open": {
      message: "Er loopt al een verificatie van dit herstelpunt ({mode}).",
      action: "Wacht tot die klaar is, of annuleer haar eerst.",
    },
    "catalog-in-use": {
      message:
        "De database van Kluis is in gebruik: er zijn taken, beschermde virtuele machines of herstelpunten van een andere kluis.",
      action: "Herbouw in een lege database.",
    },
    "point-pinned": {
      message: "Het herstelpunt is vastgezet sinds {pinnedAt} en kan niet worden verwijderd.",
      action: "Hef de vastzetting eerst op.",
    },
    "point-already-pinned": {
      message: "Herstelpunt {point} is al vastgezet.",
      action: "Maak het eerst los om de reden te wijzigen.",
    },
    "point-not-pinned": {
      message: "Herstelpunt {point} is niet vastgezet.",
      action: "",
    },
    "point-not-soft-deleted": {
      message: "Herstelpunt {point} kan niet worden teruggehaald.",
      action:
        "Alleen een verwijderd herstelpunt waarvan de gegevens nog worden bewaard, kan worden teruggehaald.",
    },
  },
});
