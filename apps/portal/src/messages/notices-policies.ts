import { catalog } from "#messages/catalog.ts";

/** Notices about a policy and its preview; notices.ts joins them with the others. */
export const policyNotices = catalog({
  en: {
    "rule-refused":
      "The assignment rule {rule} cannot protect {vms, plural, one {# virtual machine} other {# virtual machines}} that it matches, {vm} first.",
    "exclusion-ends": "The exclusion of {vm} from assignment rules ends at {endsAt}. Its owner is {owner}.",
    "preview-clocks-change":
      "The clocks change between these runs: the local times stay as written, the UTC times move.",
    "preview-points-expire":
      "Saving deletes {points, plural, one {# recovery point} other {# recovery points}} at the next clean-up.",
    "preview-points-undo": "They can be brought back for {days, plural, one {# day} other {# days}}.",
    "preview-more-vms": "The points of {judged, number} of {vms, number} virtual machines are listed here.",
    "preview-many-snapshots":
      "Instant restore for {days, number} days keeps many snapshots in Azure, and Azure charges for each.",
    "policy-too-many-restore-points":
      "Instant restore for {days, number} days keeps up to {points, number} restore points of a VM in Azure. Azure allows {most, number}.",
    "policy-many-restore-points":
      "Instant restore for {days, number} days keeps up to {points, number} of the {most, number} restore points that Azure allows of a VM. Manual backups and other products share the rest.",
    "policy-too-many-runs":
      "The schedule has {runs, number} runs within an hour. Azure creates at most {most, number} restore points of a VM in an hour.",
    "policy-unknown-zone":
      "The time zone {zone} is unknown, so no backup is planned. Save the policy with a zone such as Europe/Amsterdam.",
    "policy-short-interval":
      "The shortest time between two runs is {minutes, number} minutes. Azure documents {minimumMinutes, number} minutes for {consistency, select, application {application-consistent} file {file-consistent} other {crash-consistent}} restore points: it can delay or refuse a run, or make it less consistent.",
  },
  nl: {
    "rule-refused":
      "De toewijzingsregel {rule} kan {vms, plural, one {# virtuele machine} other {# virtuele machines}} waarop hij past niet beveiligen, als eerste {vm}.",
    "exclusion-ends":
      "De uitsluiting van {vm} van toewijzingsregels eindigt op {endsAt}. Verantwoordelijk is {owner}.",
    "preview-clocks-change":
      "De klok gaat tussen deze uitvoeringen een uur vooruit of achteruit: de lokale tijden blijven zoals ingesteld, de UTC-tijden verschuiven.",
    "preview-points-expire":
      "Als u opslaat, {points, plural, one {wordt # herstelpunt} other {worden # herstelpunten}} bij de volgende opschoning verwijderd.",
    "preview-points-undo": "Ze kunnen nog {days, plural, one {# dag} other {# dagen}} worden teruggehaald.",
    "preview-more-vms": "Hier staan de punten van {judged, number} van de {vms, number} virtuele machines.",
    "preview-many-snapshots":
      "Bij {days, number} dagen direct herstel blijven veel momentopnamen in Azure staan; Azure brengt elke momentopname in rekening.",
    "policy-too-many-restore-points":
      "Bij {days, number} dagen direct herstel staan er tot {points, number} herstelpunten van een VM in Azure. Azure staat er {most, number} toe.",
    "policy-many-restore-points":
      "Bij {days, number} dagen direct herstel staan er tot {points, number} van de {most, number} herstelpunten in Azure die Azure per VM toestaat. Handmatige back-ups en andere producten delen de rest.",
    "policy-too-many-runs":
      "Het schema heeft {runs, number} uitvoeringen binnen een uur. Azure maakt per uur hooguit {most, number} herstelpunten van een VM.",
    "policy-unknown-zone":
      "De tijdzone {zone} is onbekend, dus er zijn geen back-ups gepland. Sla het beleid op met een zone zoals Europe/Amsterdam.",
    "policy-short-interval":
      "Tussen twee uitvoeringen zit op zijn kortst {minutes, number} minuten. Azure noemt {minimumMinutes, number} minuten als minimum voor {consistency, select, application {applicatieconsistente} file {bestandsconsistente} other {crashconsistente}} herstelpunten: Azure kan een uitvoering uitstellen, weigeren of minder consistent maken.",
  },
});
