import { suitabilitySeverityTexts, suitabilitySignTexts, suitabilityTexts } from "@kluis/domain";
import { catalog } from "#messages/catalog.ts";

/** What prevents or complicates the backup of a VM. The English texts are domain's. */
export const suitability = catalog({
  en: {
    title: "What backups of this VM depend on",
    disksOf: "{count, plural, one {Disk} other {Disks}}",
    severities: suitabilitySeverityTexts,
    sign: suitabilitySignTexts,
    findings: suitabilityTexts,
  },
  nl: {
    title: "Waar back-ups van deze VM van afhangen",
    disksOf: "{count, plural, one {Schijf} other {Schijven}}",
    severities: {
      refuses: "Niet mogelijk",
      warns: "Waarschuwing",
      notes: "Opmerking",
    },
    sign: {
      refuses: "Geen back-up mogelijk",
      partial: "Onvolledige back-up",
      warns: "Beperkte back-up",
    },
    findings: {
      "confidential-vm": {
        text: "Azure maakt geen herstelpunten van vertrouwelijke VM’s.",
        action: "Maak de back-up met software in de VM zelf.",
      },
      "uniform-scale-set": {
        text: "De VM hoort bij een schaalset met uniforme orchestration. Van zulke instanties maakt Azure geen herstelpunten.",
        action:
          "Gebruik een schaalset met flexibele orchestration of bewaar de gegevens buiten de instanties.",
      },
      "size-without-premium-storage": {
        text: "De volgende back-up heeft een crashconsistent herstelpunt nodig. Azure maakt dat niet van een VM-grootte zonder premium-opslag.",
        action:
          "Stop de VM, zorg dat de agent gereed is, gebruik een beleid dat toepassingsconsistentie vraagt of kies een grootte met premium-opslag.",
      },
      "unmanaged-disk": {
        text: "Azure maakt alleen herstelpunten van beheerde schijven.",
        action: "Converteer de VM naar beheerde schijven.",
      },
      "ephemeral-os-disk": {
        text: "Een tijdelijke besturingssysteemschijf heeft geen momentopnamen.",
        action:
          "Implementeer de VM opnieuw om de besturingssysteemschijf terug te krijgen. Sluit de schijf uit om de gegevensschijven te beveiligen.",
      },
      "disk-missing": {
        text: "De schijf bestaat niet meer in Azure, of de verbinding mag de schijf niet lezen.",
        action: "Ontkoppel de schijf van de VM of controleer de rechten van de verbinding.",
      },
      "shared-disk": {
        text: "Meerdere VM’s kunnen de schijf koppelen. Herstelpunten van Azure slaan gedeelde schijven over.",
        action: "Sluit de schijf uit en maak de back-up met de software van het cluster.",
      },
      "export-denied": {
        text: "Het netwerktoegangsbeleid van de schijf is DenyAll, dus de gegevens zijn niet te lezen.",
        action: "Sta privétoegang via een schijftoegang toe, of openbare toegang.",
      },
      "public-access-disabled": {
        text: "Openbare netwerktoegang tot de schijf is uitgeschakeld en er is geen privétoegang, dus de gegevens zijn niet te lezen.",
        action:
          "Stel het netwerktoegangsbeleid in op AllowPrivate met een schijftoegang, of schakel openbare netwerktoegang in.",
      },
      "entra-authorized-disk": {
        text: "De schijf vereist naast de toegangs-URL een aanmelding bij Microsoft Entra, die Kluis niet meestuurt.",
        action: "Zet de verificatiemodus voor gegevenstoegang van de schijf op None.",
      },
      "sector-size-4096": {
        text: "De schijf heeft sectoren van 4096 bytes. Azure exporteert zulke schijven als VHDX, en dat leest Kluis niet.",
        action: "Verplaats de gegevens naar een schijf met sectoren van 512 bytes.",
      },
      "disk-too-large": {
        text: "De schijf is groter dan 32 TiB. Azure accepteert geen upload van die omvang, dus herstellen zou niet kunnen.",
        action: "Verdeel de gegevens over kleinere schijven.",
      },
      "direct-drive-crash-consistent": {
        text: "Crashconsistente herstelpunten slaan Ultra-schijven en Premium SSD v2-schijven over.",
        action:
          "Houd de VM actief met een gereed staande agent en gebruik een beleid dat toepassingsconsistentie vraagt.",
      },
      "write-accelerated-crash-consistent": {
        text: "Crashconsistente herstelpunten slaan schijven met schrijfversnelling over.",
        action:
          "Houd de VM actief met een gereed staande agent en gebruik een beleid dat toepassingsconsistentie vraagt.",
      },
      "private-access": {
        text: "De schijf is alleen via een privé-eindpunt te lezen.",
        action:
          "Voer de engine uit in een netwerk dat de schijftoegang bereikt, met de bijbehorende privé-DNS-zone.",
      },
      "encrypted-in-guest": {
        text: "Azure Disk Encryption versleutelt de schijf in het gastbesturingssysteem. De back-up bevat versleutelde gegevens: bestanden zijn niet te bekijken.",
        action:
          "Bewaar de sleutels in de sleutelkluis zo lang als de herstelpunten. Versleuteling op de host heeft deze beperkingen niet.",
      },
      "agent-not-ready": {
        text: "De gastagent is niet gereed, dus het gastbesturingssysteem werkt niet mee aan de momentopname.",
        action: "Controleer of de agent actief is en 168.63.129.16 bereikt.",
      },
      "no-crash-fallback": {
        text: "De VM-grootte ondersteunt geen premium-opslag. Als de VM actief is en de agent niet gereed is, kan er geen back-up worden gemaakt.",
        action: "Houd de agent van de actieve VM gereed of kies een grootte met premium-opslag.",
      },
      "several-disks-newer-size": {
        text: "Voor deze VM-grootte belooft Azure niet dat een crashconsistent herstelpunt van meerdere gegevensschijven één moment vastlegt.",
        action: "Gebruik een beleid dat toepassingsconsistentie vraagt.",
      },
      "host-cache-crash-consistent": {
        text: "Een crashconsistent herstelpunt bevat geen gegevens die alleen nog in de lees-schrijfcache van de host staan.",
        action: "Zet de hostcache van schijven met belangrijke gegevens op None of ReadOnly.",
      },
      "snapshot-of-each-disk": {
        text: "Azure maakt van de gestopte VM geen herstelpunt met alle schijven. De volgende back-up maakt daarom van elke schijf een momentopname.",
        action:
          "Er is niets nodig. Het herstelpunt is bestandsconsistent, zolang de VM intussen gestopt blijft.",
      },
      "too-many-disks": {
        text: "De VM heeft meer dan 32 schijven. Azure documenteert back-ups van hoogstens 32.",
        action: "Sluit schijven uit die geen back-up nodig hebben.",
      },
      "other-backup-product": {
        text: "Er is een extensie van een ander back-up- of replicatieproduct geïnstalleerd. De momentopnamen daarvan en die van Kluis tellen mee voor dezelfde limieten van Azure.",
        action: "Laat één product de VM beveiligen of plan de back-ups op verschillende uren.",
      },
      "trusted-launch": {
        text: "De VM gebruikt Vertrouwd opstarten. De inhoud van de virtuele TPM zit niet in een herstelpunt.",
        action: "Bewaar de herstelsleutels van BitLocker en van andere geheimen die de TPM beschermt.",
      },
      "customer-key": {
        text: "De schijf is versleuteld met een door de klant beheerde sleutel. Een herstelde schijf heeft dezelfde schijfversleutelingsset nodig.",
        action: "Bewaar de schijfversleutelingsset en de sleutel zo lang als de herstelpunten.",
      },
    },
  },
});
