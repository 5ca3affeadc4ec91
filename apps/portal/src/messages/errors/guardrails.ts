import { catalog } from "#messages/catalog.ts";

/** Guardrails of the platform owner that are not kept, each with what would pass. */
export const guardrailErrors = catalog({
  en: {
    GUARDRAIL: {
      title: "A guardrail does not allow this",
      message: "The guardrails of the platform owner do not allow this.",
      action: "Read the guardrails under Settings, or ask a platform owner.",
      reasons: {
        retention: {
          message:
            "Retention keeps a point of each of the last {days, plural, one {# day} other {# days}} only; at least {least} are required.",
          action:
            "Keep one a day for {daily} or more{points, plural, =0 {} other {, or the newest # points}}.",
        },
        interval: {
          message:
            "Up to {hours, plural, one {# hour} other {# hours}} pass between two backups; at most {most} are allowed.",
          action: "Plan the runs at most {most, plural, one {# hour} other {# hours}} apart.",
        },
        "instant-restore-least": {
          message:
            "Snapshots stay {days, plural, one {# day} other {# days}} for instant restore; at least {least} are required.",
          action: "Keep snapshots for at least {least, plural, one {# day} other {# days}}.",
        },
        "instant-restore-most": {
          message:
            "Snapshots stay {days, plural, one {# day} other {# days}} for instant restore; at most {most} are allowed.",
          action: "Keep snapshots for at most {most, plural, one {# day} other {# days}}.",
        },
        verification: {
          message:
            "Every point must be {mode, select, quick {checked} sampled {read in whole, at once or in parts,} other {read in whole at once}} at least every {everyDays, plural, one {day} other {# days}}.",
          action:
            "{mode, select, full {Choose a full verification every {everyDays, plural, one {day} other {# days}} or more often.} quick {Choose a quick or full verification every {everyDays, plural, one {day} other {# days}} or more often, or read {percent} % of each point every night.} other {Choose a full verification every {everyDays, plural, one {day} other {# days}} or more often, or read {percent} % of each point every night.}}",
        },
        "soft-delete": {
          message:
            "Removed points can be brought back for {days, plural, one {# day} other {# days}}; at least {least} are required.",
          action:
            "Let removed points be brought back for at least {least, plural, one {# day} other {# days}}.",
        },
        "vault-region": {
          message: "The vault {vault} is in {region}; allowed are: {regions}.",
          action: "Use a vault in one of these regions.",
        },
        "vault-region-unknown": {
          message: "The region of the vault {vault} is not recorded; allowed are: {regions}.",
          action: "Enter the region of its storage.",
        },
        "vault-recovery-key": {
          message: "The vault {vault} has no recovery key that was proven.",
          action: "Make a recovery key on paper, and prove it once.",
        },
        "vault-key-vault": {
          message: "The vault {vault} has no key in Azure Key Vault.",
          action: "Add a key of Azure Key Vault to it.",
        },
        "restore-region": {
          message: "Restores may not go to {region}; allowed are: {regions}.",
          action: "Choose a target in one of these regions, or request that the region is allowed.",
        },
        downloads: {
          message: "The content of recovery points may not be downloaded.",
          action: "Restore to a disk in Azure, or request that downloads are allowed.",
        },
        "download-network": {
          message: "Downloads are not allowed from {address}; allowed are: {networks}.",
          action: "Download from one of these networks.",
        },
        "download-address": {
          message:
            "The address of this request is not known, and downloads are allowed only from: {networks}.",
          action: "Ask the platform owner to check the trusted proxies of Kluis.",
        },
        "tag-scope": {
          message: "Teams may not reach VMs by tag ({tag}).",
          action: "Use a subscription or a resource group as the scope.",
        },
        "tag-rule": {
          message: "Tags may not decide which VMs a team protects (rule {name}).",
          action: "Protect the VMs by hand, or request that scopes by tag are allowed.",
        },
        several: {
          message: "{count} guardrails are not kept.",
          action: "Read the guardrails under Settings, or ask a platform owner.",
        },
      },
    },
  },
  nl: {
    GUARDRAIL: {
      title: "Een kader staat dit niet toe",
      message: "De kaders van de platformeigenaar staan dit niet toe.",
      action: "Bekijk de kaders bij Instellingen, of vraag een platformeigenaar.",
      reasons: {
        retention: {
          message:
            "De bewaarregels houden maar van elk van de laatste {days, plural, one {# dag} other {# dagen}} een punt; minstens {least} is verplicht.",
          action:
            "Bewaar één per dag voor {daily} of meer{points, plural, =0 {} other {, of de nieuwste # punten}}.",
        },
        interval: {
          message: "Tussen twee back-ups verloopt tot {hours} uur; hoogstens {most} uur is toegestaan.",
          action: "Plan de runs hoogstens {most} uur na elkaar.",
        },
        "instant-restore-least": {
          message:
            "Momentopnamen blijven {days, plural, one {# dag} other {# dagen}} voor direct herstel; minstens {least} is verplicht.",
          action: "Bewaar momentopnamen minstens {least, plural, one {# dag} other {# dagen}}.",
        },
        "instant-restore-most": {
          message:
            "Momentopnamen blijven {days, plural, one {# dag} other {# dagen}} voor direct herstel; hoogstens {most} is toegestaan.",
          action: "Bewaar momentopnamen hoogstens {most, plural, one {# dag} other {# dagen}}.",
        },
        verification: {
          message:
            "Elk punt moet minstens elke {everyDays, plural, one {dag} other {# dagen}} {mode, select, quick {worden gecontroleerd} sampled {in zijn geheel worden gelezen, ineens of in delen} other {ineens in zijn geheel worden gelezen}}.",
          action:
            "{mode, select, full {Kies een volledige verificatie, elke {everyDays, plural, one {dag} other {# dagen}} of vaker.} quick {Kies een snelle of volledige verificatie, elke {everyDays, plural, one {dag} other {# dagen}} of vaker, of lees elke nacht {percent} % van elk punt.} other {Kies een volledige verificatie, elke {everyDays, plural, one {dag} other {# dagen}} of vaker, of lees elke nacht {percent} % van elk punt.}}",
        },
        "soft-delete": {
          message:
            "Verwijderde punten kunnen {days, plural, one {# dag} other {# dagen}} worden teruggehaald; minstens {least} is verplicht.",
          action: "Laat verwijderde punten minstens {least, plural, one {# dag} other {# dagen}} terughalen.",
        },
        "vault-region": {
          message: "De kluis {vault} staat in {region}; toegestaan zijn: {regions}.",
          action: "Gebruik een kluis in een van deze regio’s.",
        },
        "vault-region-unknown": {
          message: "De regio van de kluis {vault} is niet vastgelegd; toegestaan zijn: {regions}.",
          action: "Vul de regio van de opslag in.",
        },
        "vault-recovery-key": {
          message: "De kluis {vault} heeft geen beproefde herstelsleutel.",
          action: "Maak een herstelsleutel op papier, en beproef die eenmaal.",
        },
        "vault-key-vault": {
          message: "De kluis {vault} heeft geen sleutel in Azure Key Vault.",
          action: "Voeg een sleutel van Azure Key Vault toe.",
        },
        "restore-region": {
          message: "Herstellen naar {region} is niet toegestaan; toegestaan zijn: {regions}.",
          action: "Kies een doel in een van deze regio’s, of vraag of de regio wordt toegestaan.",
        },
        downloads: {
          message: "De inhoud van herstelpunten mag niet worden gedownload.",
          action: "Herstel naar een schijf in Azure, of vraag of downloads worden toegestaan.",
        },
        "download-network": {
          message: "Downloads zijn niet toegestaan vanaf {address}; toegestaan zijn: {networks}.",
          action: "Download vanuit een van deze netwerken.",
        },
        "download-address": {
          message:
            "Het adres van dit verzoek is niet bekend, en downloads zijn alleen toegestaan vanuit: {networks}.",
          action: "Vraag de platformeigenaar de vertrouwde proxy’s van Kluis te controleren.",
        },
        "tag-scope": {
          message: "Teams mogen geen VM’s bereiken via een tag ({tag}).",
          action: "Gebruik een abonnement of een resourcegroep als bereik.",
        },
        "tag-rule": {
          message: "Tags mogen niet bepalen welke VM’s een team beveiligt (regel {name}).",
          action: "Beveilig de VM’s met de hand, of vraag of bereik via tags mag.",
        },
        several: {
          message: "Aan {count} kaders is niet voldaan.",
          action: "Bekijk de kaders bij Instellingen, of vraag een platformeigenaar.",
        },
      },
    },
  },
});

/** Reasons of `CONFLICT`. */
export const guardrailConflicts = {
  en: {
    "guardrails-changed": {
      message: "Another user changed the guardrails: they are now at version {version}.",
      action: "Load the guardrails again and repeat your change.",
    },
  },
  nl: {
    "guardrails-changed": {
      message: "Een andere gebruiker heeft de kaders gewijzigd: ze hebben nu versie {version}.",
      action: "Laad de kaders opnieuw en herhaal uw wijziging.",
    },
  },
} as const;
