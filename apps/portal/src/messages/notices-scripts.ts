import { catalog } from "#messages/catalog.ts";

/** Notices about pre and post scripts of Linux guests; notices.ts joins them with the others. */
export const scriptNotices = catalog({
  en: {
    "script-pre-failed":
      "The pre script {path} failed. Read its exit code and output on the job, and correct it.",
    "script-post-failed":
      "The post script {path} failed. Read its exit code and output on the job, and correct it.",
    "script-pre-not-found":
      "The pre script {path} does not exist. Put it there, or correct preScriptLocation in /etc/azure/VMSnapshotScriptPluginConfig.json.",
    "script-post-not-found":
      "The post script {path} does not exist. Put it there, or correct postScriptLocation in /etc/azure/VMSnapshotScriptPluginConfig.json.",
    "script-host-config-invalid":
      "The plug-in host configuration {path} cannot be parsed. Restore the file of Azure’s extension.",
    "script-config-invalid":
      "The configuration {path} is not valid. It needs valid JSON with preScriptLocation and postScriptLocation.",
    "script-pre-permission":
      "The pre script {path} must belong to root and have mode 700: chown root:root and chmod 700.",
    "script-post-permission":
      "The post script {path} must belong to root and have mode 700: chown root:root and chmod 700.",
    "script-pre-timeout":
      "The pre script {path} ran longer than its time limit. Shorten it, or raise the limit (1,800 seconds at most).",
    "script-post-timeout":
      "The post script {path} ran longer than its time limit. Shorten it, or raise the limit (1,800 seconds at most).",
    "script-host-pre-timeout":
      "Azure’s plug-in host stopped waiting for the pre script {path}. Shorten the script.",
    "script-host-post-timeout":
      "Azure’s plug-in host stopped waiting for the post script {path}. Shorten the script.",
    "script-checksum-mismatch":
      "Azure’s extension found a file of the script framework changed ({path}). Restore the file of the extension.",
    "script-host-config-not-found":
      "The plug-in host configuration {path} does not exist. Reinstall the snapshot extension.",
    "script-host-config-permission": "The plug-in host configuration {path} must have mode 600: chmod 600.",
    "script-host-config-owner": "The plug-in host configuration {path} must belong to root: chown root:root.",
    "script-config-not-found":
      "The configuration {path} does not exist, so no scripts ran. Write it, or let the policy place scripts.",
    "script-config-permission": "The configuration {path} must have mode 600: chmod 600.",
    "script-config-owner": "The configuration {path} must belong to root: chown root:root.",
    "script-config-foreign":
      "The guest has its own configuration {path}, which Kluis does not overwrite. Remove it, or let the policy use the guest’s own scripts.",
    "script-config-too-large":
      "The configuration {path} is larger than 1,800 bytes, so Kluis cannot check it. Shorten it.",
    "script-config-plugin-name": "The configuration {path} must have pluginName ScriptRunner.",
    "script-pre-path-relative":
      "preScriptLocation must be an absolute path, and is {path}. Correct it in /etc/azure/VMSnapshotScriptPluginConfig.json.",
    "script-post-path-relative":
      "postScriptLocation must be an absolute path, and is {path}. Correct it in /etc/azure/VMSnapshotScriptPluginConfig.json.",
    "script-not-written":
      "Kluis could not write {path} in the guest. Check the free space and whether the file system is read-only.",
    "script-not-run":
      "The script {path} did not run for this snapshot. Check the log of the snapshot extension in /var/log/azure.",
    "script-not-confirmed":
      "Kluis could not read whether the script {path} succeeded, so the point does not count as application-consistent. Check that run command works on the VM.",
    "guest-scripts-stopped":
      "The pre and post scripts of the guest stopped the snapshot. Azure: {azureMessage}",
    "guest-scripts-unreachable":
      "Kluis could not check the scripts of the guest. Check that run command works on the VM. Azure: {azureMessage}",
    "guest-scripts-preparing": "Kluis checks the pre and post scripts of the guest.",
    "guest-scripts-reading": "Kluis reads what the pre and post scripts did.",
    "guest-scripts-own-ready": "The guest’s own pre and post scripts are in place and ready.",
    "guest-scripts-placed-ready": "The policy’s pre and post scripts are in place and ready.",
    "guest-scripts-removed": "Kluis removed the scripts that it had placed.",
  },
  nl: {
    "script-pre-failed":
      "Het pre-script {path} is mislukt. Lees de exitcode en de uitvoer bij de taak en verbeter het script.",
    "script-post-failed":
      "Het post-script {path} is mislukt. Lees de exitcode en de uitvoer bij de taak en verbeter het script.",
    "script-pre-not-found":
      "Het pre-script {path} bestaat niet. Zet het daar neer of verbeter preScriptLocation in /etc/azure/VMSnapshotScriptPluginConfig.json.",
    "script-post-not-found":
      "Het post-script {path} bestaat niet. Zet het daar neer of verbeter postScriptLocation in /etc/azure/VMSnapshotScriptPluginConfig.json.",
    "script-host-config-invalid":
      "De plug-inhostconfiguratie {path} is niet leesbaar. Zet het bestand van de extensie van Azure terug.",
    "script-config-invalid":
      "De configuratie {path} is ongeldig. Er is geldige JSON nodig met preScriptLocation en postScriptLocation.",
    "script-pre-permission":
      "Het pre-script {path} moet van root zijn en modus 700 hebben: chown root:root en chmod 700.",
    "script-post-permission":
      "Het post-script {path} moet van root zijn en modus 700 hebben: chown root:root en chmod 700.",
    "script-pre-timeout":
      "Het pre-script {path} duurde langer dan de tijdslimiet. Maak het korter of verhoog de limiet (hoogstens 1800 seconden).",
    "script-post-timeout":
      "Het post-script {path} duurde langer dan de tijdslimiet. Maak het korter of verhoog de limiet (hoogstens 1800 seconden).",
    "script-host-pre-timeout":
      "De plug-inhost van Azure wachtte niet langer op het pre-script {path}. Maak het script korter.",
    "script-host-post-timeout":
      "De plug-inhost van Azure wachtte niet langer op het post-script {path}. Maak het script korter.",
    "script-checksum-mismatch":
      "De extensie van Azure vond een gewijzigd bestand van het scriptframework ({path}). Zet het bestand van de extensie terug.",
    "script-host-config-not-found":
      "De plug-inhostconfiguratie {path} bestaat niet. Installeer de momentopname-extensie opnieuw.",
    "script-host-config-permission": "De plug-inhostconfiguratie {path} moet modus 600 hebben: chmod 600.",
    "script-host-config-owner": "De plug-inhostconfiguratie {path} moet van root zijn: chown root:root.",
    "script-config-not-found":
      "De configuratie {path} bestaat niet, dus er draaiden geen scripts. Schrijf die, of laat het beleid scripts plaatsen.",
    "script-config-permission": "De configuratie {path} moet modus 600 hebben: chmod 600.",
    "script-config-owner": "De configuratie {path} moet van root zijn: chown root:root.",
    "script-config-foreign":
      "De VM heeft een eigen configuratie {path}, die Kluis niet overschrijft. Verwijder die, of laat het beleid de eigen scripts van de VM gebruiken.",
    "script-config-too-large":
      "De configuratie {path} is groter dan 1800 bytes, dus Kluis kan die niet controleren. Maak die korter.",
    "script-config-plugin-name": "De configuratie {path} moet pluginName ScriptRunner hebben.",
    "script-pre-path-relative":
      "preScriptLocation moet een absoluut pad zijn en is {path}. Verbeter dat in /etc/azure/VMSnapshotScriptPluginConfig.json.",
    "script-post-path-relative":
      "postScriptLocation moet een absoluut pad zijn en is {path}. Verbeter dat in /etc/azure/VMSnapshotScriptPluginConfig.json.",
    "script-not-written":
      "Kluis kon {path} niet schrijven in de VM. Controleer de vrije ruimte en of het bestandssysteem alleen-lezen is.",
    "script-not-run":
      "Het script {path} draaide niet voor deze momentopname. Bekijk het logboek van de momentopname-extensie in /var/log/azure.",
    "script-not-confirmed":
      "Kluis kon niet lezen of het script {path} slaagde; daarom telt het punt niet als toepassingsconsistent. Controleer of run command op de VM werkt.",
    "guest-scripts-stopped":
      "De pre- en post-scripts van de VM hielden de momentopname tegen. Azure: {azureMessage}",
    "guest-scripts-unreachable":
      "Kluis kon de scripts van de VM niet controleren. Controleer of run command op de VM werkt. Azure: {azureMessage}",
    "guest-scripts-preparing": "Kluis controleert de pre- en post-scripts van de VM.",
    "guest-scripts-reading": "Kluis leest wat de pre- en post-scripts deden.",
    "guest-scripts-own-ready": "De eigen pre- en post-scripts van de VM staan klaar.",
    "guest-scripts-placed-ready": "De pre- en post-scripts van het beleid staan klaar.",
    "guest-scripts-removed": "Kluis heeft de scripts verwijderd die het had geplaatst.",
  },
});
