/** What a policy or a protection cannot say: reasons of `INPUT_INVALID`. */
export const policyLimitReasons = {
  en: {
    "team-required": {
      message: "The policy needs a team, because you can write policies for several.",
      action: "Choose one of these teams: {teams}.",
    },
    "all-disks-excluded": {
      message: "Every disk of {vm} is excluded, so nothing would be backed up.",
      action: "Include at least one disk.",
    },
    "policy-restore-points": {
      message:
        "Instant restore for {days} days keeps up to {points} restore points of a VM in Azure. Azure allows {most}.",
      action: "Keep snapshots for fewer days, or run the policy less often.",
    },
    "policy-runs": {
      message:
        "The schedule has {runs} runs within an hour. Azure creates at most {most} restore points of a VM in an hour.",
      action: "Plan the runs at least 20 minutes apart.",
    },
  },
  nl: {
    "team-required": {
      message: "Het beleid heeft een team nodig, omdat u voor meerdere teams beleid kunt maken.",
      action: "Kies een van deze teams: {teams}.",
    },
    "all-disks-excluded": {
      message: "Elke schijf van {vm} is uitgesloten, dus er is niets om een back-up van te maken.",
      action: "Neem ten minste één schijf op.",
    },
    "policy-restore-points": {
      message:
        "Bij {days} dagen direct herstel staan er tot {points} herstelpunten van een VM in Azure. Azure staat er {most} toe.",
      action: "Bewaar momentopnamen minder dagen, of voer het beleid minder vaak uit.",
    },
    "policy-runs": {
      message:
        "Het schema heeft {runs} uitvoeringen binnen een uur. Azure maakt per uur hooguit {most} herstelpunten van een VM.",
      action: "Plan de uitvoeringen minstens 20 minuten uit elkaar.",
    },
  },
} as const;
