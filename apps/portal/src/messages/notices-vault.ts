import { catalog } from "#messages/catalog.ts";

/** Notices about the content of vaults; notices.ts joins them with the others. */
export const vaultNotices = catalog({
  en: {
    "copy-planned": "{plannedBytes} to copy to vault {vault}.",
    "heal-planned":
      "{segments, plural, one {# damaged part} other {# damaged parts}} to store again in vault {vault}.",
    "heal-stored": "What could be read was stored again.",
    "point-healed-from-copy":
      "What recovery point {pointId} of vault {vault} needs was stored again from a copy.",
    "point-not-healed":
      "The damaged recovery point of {vm} of {takenAt} in vault {vault} cannot be healed from its copy in another vault: {why, select, content {the copy has another content} manifest {its manifest cannot be made again from that of the copy} damaged {it still cannot be read in full after all content of the copy was stored again} other {the jobs failed}}. Restore from the copy instead.",
    "point-copied": "Vault {vault} has the second copy {pointId}.",
    "vault-copy-late":
      "Vault {target} misses {points, plural, one {# recovery point} other {# recovery points}} of vault {vault}, the oldest for {hours, plural, one {# hour} other {# hours}}.",
    "point-deletion-waits":
      "Vault and database differ. The content is deleted when a person has decided about it.",
    "vault-database-older":
      "Vault {vault} has {points, plural, one {# recovery point} other {# recovery points}} that this database does not know: the database was restored from a backup. Nothing is deleted. Take them over under Settings, Vaults.",
    "vault-rolled-back":
      "The storage of vault {vault} misses {points, plural, one {# recovery point} other {# recovery points}}, among them the newest: it was restored from a backup, or they were deleted outside Kluis. Nothing is deleted. Accept it under Settings, Vaults.",
    "vault-foreign":
      "The storage of vault {vault} holds another vault ({other}). Backups wait. Put the right storage in its place, or make another vault the default.",
    "vault-missing":
      "The storage of vault {vault} holds no vault. Backups wait, and nothing is created there. Mount its folder, undelete its container, or make another vault the default.",
    "vault-unknown-objects":
      "Vault {vault} has {objects, plural, one {# object} other {# objects}} that the database does not know, the first is {object}. They are kept. Take over those that are of the vault under Settings, Vaults.",
    "point-tables-damaged":
      "The recovery point can be read, but tables of contents of its packs cannot: {problems, plural, one {# problem} other {# problems}}, first: {problem} {checkedBytes} checked ({mode, select, full {full} sampled {sampled} other {quick}}).",
    "vault-no-recovery-key":
      "Vault {vault} has no recovery key. Without one, a lost key file is a lost vault.",
    "vault-recovery-key-unproven":
      "The recovery key of vault {vault} is not proven. Type it back once, to know that the paper is right.",
    "vault-key-out-of-reach":
      "{keyVault} does not open vault {vault}. Its other keys do, and backups continue.",
    "vault-degraded": "A vault cannot be used. A platform owner sees the reason under Settings.",
    "guardrails-not-kept":
      "The guardrails are not kept by {policies, plural, one {# policy} other {# policies}}, {vaults, plural, one {# vault} other {# vaults}} and {teams, plural, one {# team} other {# teams}}.",
    "vault-slots-strange":
      "{objects, plural, one {# object} other {# objects}} among the key slots of vault {vault} {objects, plural, one {is} other {are}} not explained by a change of its keys, first {object}. They open nothing for Kluis. Check who can write to its storage.",
    "vault-damaged":
      "Vault {vault} has damaged or missing data at {objects, plural, one {# place} other {# places}}, the newest in {object}. Backups avoid it, and store that content again where the disks still have it.",
    "vault-point-unaccounted":
      "Collection cannot tell what recovery point {point} in vault {vault} needs, so it keeps what the point may need. Verify the point, or delete it.",
    "vault-damage-open":
      "{objects, plural, one {# place} other {# places}} of the vault damaged or missing; {points, plural, one {# recovery point} other {# recovery points}} affected.",
    "points-damaged":
      "{points, plural, one {# recovery point} other {# recovery points}} of {vm} cannot be read in full. The next backup heals what the disks still have.",
    "points-healed":
      "{points, plural, one {# recovery point} other {# recovery points}} of {vm} can be read in full again: the damaged content was stored again.",
    "delta-base-damaged":
      "The map of the previous recovery point cannot be read in the vault, so every allocated block is stored without it.",
  },
  nl: {
    "copy-planned": "{plannedBytes} te kopiëren naar kluis {vault}.",
    "heal-planned":
      "{segments, plural, one {# beschadigd deel} other {# beschadigde delen}} opnieuw op te slaan in kluis {vault}.",
    "heal-stored": "Wat leesbaar was, is opnieuw opgeslagen.",
    "point-healed-from-copy":
      "Wat herstelpunt {pointId} van kluis {vault} nodig heeft, is opnieuw opgeslagen vanuit een kopie.",
    "point-not-healed":
      "Het beschadigde herstelpunt van {vm} van {takenAt} in kluis {vault} kan niet worden hersteld vanuit de kopie in een andere kluis: {why, select, content {de kopie heeft een andere inhoud} manifest {het manifest kan niet opnieuw worden gemaakt uit dat van de kopie} damaged {het is nog niet volledig leesbaar nadat alle inhoud van de kopie opnieuw is opgeslagen} other {de taken zijn mislukt}}. Herstel in plaats daarvan vanuit de kopie.",
    "point-copied": "Kluis {vault} heeft de tweede kopie {pointId}.",
    "vault-copy-late":
      "Kluis {target} mist {points, plural, one {# herstelpunt} other {# herstelpunten}} van kluis {vault}, het oudste sinds {hours, plural, one {# uur} other {# uur}}.",
    "point-deletion-waits":
      "Kluis en database verschillen. De inhoud wordt verwijderd zodra iemand daarover heeft beslist.",
    "vault-database-older":
      "Kluis {vault} heeft {points, plural, one {# herstelpunt} other {# herstelpunten}} die deze database niet kent: de database is uit een back-up teruggezet. Er wordt niets verwijderd. Neem ze over onder Instellingen, Kluizen.",
    "vault-rolled-back":
      "In de opslag van kluis {vault} ontbreken {points, plural, one {# herstelpunt} other {# herstelpunten}}, ook het nieuwste: de opslag is uit een back-up teruggezet, of ze zijn buiten Kluis verwijderd. Er wordt niets verwijderd. Aanvaard dit onder Instellingen, Kluizen.",
    "vault-foreign":
      "De opslag van kluis {vault} bevat een andere kluis ({other}). Back-ups wachten. Zet de juiste opslag terug, of maak een andere kluis de standaard.",
    "vault-missing":
      "De opslag van kluis {vault} bevat geen kluis. Back-ups wachten, en er wordt daar niets aangemaakt. Koppel de map aan, herstel de verwijderde container, of maak een andere kluis de standaard.",
    "vault-unknown-objects":
      "Kluis {vault} heeft {objects, plural, one {# object} other {# objecten}} die de database niet kent, als eerste {object}. Ze blijven bewaard. Neem over wat bij de kluis hoort onder Instellingen, Kluizen.",
    "point-tables-damaged":
      "Het herstelpunt is leesbaar, maar inhoudsopgaven van zijn packs niet: {problems, plural, one {# probleem} other {# problemen}}, het eerste: {problem} {checkedBytes} gecontroleerd ({mode, select, full {volledig} sampled {steekproef} other {snel}}).",
    "vault-no-recovery-key":
      "Kluis {vault} heeft geen herstelsleutel. Zonder herstelsleutel is met het sleutelbestand ook de kluis verloren.",
    "vault-recovery-key-unproven":
      "De herstelsleutel van kluis {vault} is niet beproefd. Typ hem één keer over; dan is zeker dat het papier klopt.",
    "vault-key-out-of-reach":
      "{keyVault} opent kluis {vault} niet. De andere sleutels wel; back-ups gaan door.",
    "vault-degraded": "Een kluis is niet bruikbaar. Een platformeigenaar ziet de reden bij Instellingen.",
    "guardrails-not-kept":
      "Niet binnen de kaders: {policies, plural, one {# beleid} other {# beleidsregels}}, {vaults, plural, one {# kluis} other {# kluizen}} en {teams, plural, one {# team} other {# teams}}.",
    "vault-slots-strange":
      "{objects, plural, one {# object} other {# objects}} bij de sleutelvakken van kluis {vault} {objects, plural, one {is} other {zijn}} niet te verklaren uit een wijziging van de sleutels, als eerste {object}. Ze openen niets voor Kluis. Controleer wie in de opslag kan schrijven.",
    "vault-damaged":
      "Kluis {vault} heeft op {objects, plural, one {# plaats} other {# plaatsen}} beschadigde of ontbrekende gegevens, als laatste in {object}. Back-ups gebruiken ze niet, en slaan die inhoud opnieuw op waar de schijven haar nog hebben.",
    "vault-point-unaccounted":
      "De opruiming kan niet bepalen wat herstelpunt {point} in kluis {vault} nodig heeft, en bewaart wat het nodig kan hebben. Controleer het punt, of verwijder het.",
    "vault-damage-open":
      "{objects, plural, one {# plaats} other {# plaatsen}} in de kluis beschadigd of verdwenen; {points, plural, one {# herstelpunt} other {# herstelpunten}} getroffen.",
    "points-damaged":
      "{points, plural, one {# herstelpunt} other {# herstelpunten}} van {vm} {points, plural, one {is} other {zijn}} niet volledig leesbaar. De volgende back-up herstelt wat de schijven nog hebben.",
    "points-healed":
      "{points, plural, one {# herstelpunt} other {# herstelpunten}} van {vm} {points, plural, one {is} other {zijn}} weer volledig leesbaar: de beschadigde inhoud is opnieuw opgeslagen.",
    "delta-base-damaged":
      "De structuur van het vorige herstelpunt is niet leesbaar in de kluis; daarom wordt elk toegewezen blok zonder dat punt opgeslagen.",
  },
});
