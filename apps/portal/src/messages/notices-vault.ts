import { catalog } from "#messages/catalog.ts";

/** Notices about the content of vaults; notices.ts joins them with the others. */
export const vaultNotices = catalog({
  en: {
    "vault-no-recovery-key":
      "Vault {vault} has no recovery key. Without one, a lost key file is a lost vault. Make one with: kluis keys add-recovery {vault}",
    "vault-recovery-key-unproven":
      "The recovery key of vault {vault} is not proven. Type it once, to know that the paper is right: kluis keys prove-recovery {vault}",
    "vault-damaged":
      "Vault {vault} has damaged or missing data at {objects, plural, one {# place} other {# places}}, the newest in {object}. Backups avoid it, and store that content again where the disks still have it.",
    "delta-base-damaged":
      "The map of the previous recovery point cannot be read in the vault, so every allocated block is stored without it.",
  },
  nl: {
    "vault-no-recovery-key":
      "Kluis {vault} heeft geen herstelsleutel. Zonder herstelsleutel is met het sleutelbestand ook de kluis verloren. Maak er een met: kluis keys add-recovery {vault}",
    "vault-recovery-key-unproven":
      "De herstelsleutel van kluis {vault} is niet beproefd. Typ hem een keer over, zodat zeker is dat het papier klopt: kluis keys prove-recovery {vault}",
    "vault-damaged":
      "Kluis {vault} heeft op {objects, plural, one {# plaats} other {# plaatsen}} beschadigde of ontbrekende gegevens, als laatste in {object}. Back-ups gebruiken ze niet, en slaan die inhoud opnieuw op waar de schijven haar nog hebben.",
    "delta-base-damaged":
      "De structuur van het vorige herstelpunt is niet leesbaar in de kluis; daarom wordt elk toegewezen blok zonder dat punt opgeslagen.",
  },
});
