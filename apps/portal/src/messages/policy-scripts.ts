import { catalog } from "#messages/catalog.ts";

/** Pre and post scripts of Linux VMs: in the editor of a policy, in its sentence, on the page of a VM, and on a job. */
export const policyScripts = catalog({
  en: {
    title: "Linux scripts",
    lead: "A pre script prepares an application for the snapshot, a post script releases it. A Linux VM without them is file-consistent.",
    scripts: "Pre and post scripts",
    options: { none: "None", guest: "The VM’s own scripts", policy: "Scripts of this policy" },
    hints: {
      none: "Linux VMs are file-consistent.",
      guest:
        "The owner of the VM keeps scripts and configuration in the VM. Kluis checks them and changes nothing.",
      policy: "Kluis places them in every Linux VM of this policy, and removes them again.",
    },
    noPermission:
      "Scripts of a policy run as root. Only those who may write such scripts can add or change them.",
    unused: "This policy requests crash-consistent snapshots, so no scripts run.",
    rootTitle: "These scripts run as root in every Linux VM of this policy",
    root: "Everyone who can see this policy can read them. Do not put passwords in them. The audit log keeps their digests.",
    pre: { text: "Pre script", hint: "Runs before the snapshot. Exit code 0 is success. At most 16 KiB." },
    post: {
      text: "Post script",
      hint: "Runs after the snapshot, also when the pre script failed. Exit code 0 is success. At most 16 KiB.",
    },
    parameters: "Parameters",
    parametersHint: "One on each line, at most 16.",
    retries: "Further tries",
    retriesHint: "When the script fails, 0 to 5.",
    seconds: "Time limit (seconds)",
    secondsHint: "For each script with its further tries, 1 to 1,800.",
    failure: "When a script fails",
    failures: { continue: "Continue", stop: "Stop" },
    failureHints: {
      continue: "The snapshot is file-consistent.",
      stop: "No snapshot with the guest. The policy decides whether a crash-consistent one follows.",
    },
    freeze: "File systems between both scripts",
    freezes: { freeze: "Freeze", none: "Do not freeze" },
    freezeHints: {
      freeze: "All writes are on disk when the snapshot is taken.",
      none: "For applications that freeze themselves. A script that fails then stops the snapshot.",
    },
    sentence: {
      guest: "Application-consistent on Linux by the VM’s own scripts.",
      policy: "Application-consistent on Linux by scripts of this policy, which run as root.",
    },
    vm: {
      title: "Scripts",
      checked: "Checked <time></time>",
      never: "Not checked yet. The next backup checks the scripts.",
      path: "File",
      owner: "Owner",
      mode: "Mode",
      digest: "SHA-256",
    },
    job: {
      title: "Scripts in the VM",
      pre: "Pre script",
      post: "Post script",
      exitCode: "exit code {code}",
      noExitCode: "did not end",
      output: "Last output",
      noOutput: "No output is kept.",
    },
  },
  nl: {
    title: "Linux-scripts",
    lead: "Een pre-script bereidt een toepassing voor op de momentopname, een post-script geeft die weer vrij. Zonder scripts is een Linux-VM bestandsconsistent.",
    scripts: "Pre- en post-scripts",
    options: { none: "Geen", guest: "Eigen scripts van de VM", policy: "Scripts van dit beleid" },
    hints: {
      none: "Linux-VM’s zijn bestandsconsistent.",
      guest:
        "De eigenaar van de VM beheert scripts en configuratie in de VM. Kluis controleert ze en verandert niets.",
      policy: "Kluis plaatst ze in elke Linux-VM van dit beleid en verwijdert ze ook weer.",
    },
    noPermission:
      "Scripts van een beleid draaien als root. Alleen wie zulke scripts mag schrijven, kan ze toevoegen of wijzigen.",
    unused: "Dit beleid vraagt crashconsistente momentopnamen; er draaien dus geen scripts.",
    rootTitle: "Deze scripts draaien als root in elke Linux-VM van dit beleid",
    root: "Iedereen die dit beleid kan zien, kan ze lezen. Zet er geen wachtwoorden in. Het auditlogboek bewaart hun digests.",
    pre: {
      text: "Pre-script",
      hint: "Draait vóór de momentopname. Exitcode 0 is geslaagd. Hoogstens 16 KiB.",
    },
    post: {
      text: "Post-script",
      hint: "Draait na de momentopname, ook als het pre-script mislukte. Exitcode 0 is geslaagd. Hoogstens 16 KiB.",
    },
    parameters: "Parameters",
    parametersHint: "Eén per regel, hoogstens 16.",
    retries: "Extra pogingen",
    retriesHint: "Als het script mislukt, 0 tot 5.",
    seconds: "Tijdslimiet (seconden)",
    secondsHint: "Voor elk script met zijn extra pogingen, 1 tot 1800.",
    failure: "Als een script mislukt",
    failures: { continue: "Doorgaan", stop: "Stoppen" },
    failureHints: {
      continue: "De momentopname is bestandsconsistent.",
      stop: "Geen momentopname met het besturingssysteem. Het beleid bepaalt of er een crashconsistente volgt.",
    },
    freeze: "Bestandssystemen tussen beide scripts",
    freezes: { freeze: "Bevriezen", none: "Niet bevriezen" },
    freezeHints: {
      freeze: "Alle schrijfacties staan op de schijf als de momentopname wordt gemaakt.",
      none: "Voor toepassingen die zichzelf bevriezen. Een mislukt script houdt de momentopname dan tegen.",
    },
    sentence: {
      guest: "Toepassingsconsistent op Linux met eigen scripts van de VM.",
      policy: "Toepassingsconsistent op Linux met scripts van dit beleid, die als root draaien.",
    },
    vm: {
      title: "Scripts",
      checked: "Gecontroleerd <time></time>",
      never: "Nog niet gecontroleerd. De volgende back-up controleert de scripts.",
      path: "Bestand",
      owner: "Eigenaar",
      mode: "Modus",
      digest: "SHA-256",
    },
    job: {
      title: "Scripts in de VM",
      pre: "Pre-script",
      post: "Post-script",
      exitCode: "exitcode {code}",
      noExitCode: "is niet geëindigd",
      output: "Laatste uitvoer",
      noOutput: "Er is geen uitvoer bewaard.",
    },
  },
});
