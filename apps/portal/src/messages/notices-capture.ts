import { catalog } from "#messages/catalog.ts";

/** Notices of the capture of a snapshot; notices.ts joins them with the others. */
export const captureNotices = catalog({
  en: {
    "extension-left-to-azure":
      "The snapshot extension was not installed beforehand. Azure installs it with the snapshot. Azure: {azureMessage}",
    "snapshot-trying-again":
      "Azure did not create the snapshot; Kluis looks at the virtual machine and tries again. Azure: {azureMessage}",
    "guest-vss-failed":
      "The VSS writers of the guest did not take part in the snapshot. Azure: {azureMessage}",
    "guest-com-plus-failed": "COM+ of the guest did not take part in the snapshot. Azure: {azureMessage}",
    "guest-failed": "The guest did not take part in the snapshot. Azure: {azureMessage}",
    "guest-policy-denied": "An Azure policy denied a snapshot with the guest. Azure: {azureMessage}",
    "guest-extensions-forbidden":
      "The virtual machine does not allow extensions (allowExtensionOperations is false), so its guest did not take part in the snapshot.",
    "snapshot-policy-denied": "An Azure policy denied the snapshot. Azure: {azureMessage}",
    "snapshot-vm-changed":
      "The virtual machine changed each time that Azure created the snapshot. Azure: {azureMessage}",
    "snapshot-busy": "Another operation kept Azure from creating the snapshot. Azure: {azureMessage}",
    "snapshot-unsupported":
      "Azure does not support this kind of snapshot for the virtual machine. Azure: {azureMessage}",
    "restore-points-full":
      "The virtual machine has as many restore points as Azure allows. Azure: {azureMessage}",
    "snapshots-full": "A disk has as many snapshots as Azure allows. Azure: {azureMessage}",
    "snapshot-failed": "Azure could not create the snapshot. Azure: {azureMessage}",
    "vm-started-meanwhile":
      "The virtual machine was started while the snapshot was created, so its guest did not take part.",
    "vm-state-unknown":
      "Azure does not say whether the virtual machine was still stopped after the snapshot: its power state is unknown.",
    "vm-stop-unproven":
      "The virtual machine was stopped around the time of the snapshot, and nothing proves that it was stopped first.",
    "guest-preparing": "Kluis prepares the guest for the snapshot.",
    "guest-vss-copy-not-set":
      "The policy requires VSS copy backups, and the guest did not confirm the setting, so it did not take part in the snapshot. Azure: {azureMessage}",
    "guest-runtime-missing": "Microsoft Visual C++ 2013 Redistributable (x64) is not installed.",
    "guest-runtime-present": "Microsoft Visual C++ 2013 Redistributable (x64) {version} is installed.",
    "guest-runtime-same":
      "Microsoft Visual C++ 2013 Redistributable (x64) {version} was installed before protection began.",
    "guest-runtime-installed":
      "Protection installed Microsoft Visual C++ 2013 Redistributable (x64) {version}.",
    "guest-runtime-changed":
      "Protection changed Microsoft Visual C++ 2013 Redistributable (x64) from {from} to {version}.",
    "guest-vss-start-type": "The service Volume Shadow Copy has startup type {startType}.",
    "guest-vss-start-type-same":
      "The startup type of the service Volume Shadow Copy did not change: {startType}.",
    "guest-vss-start-type-changed":
      "Protection changed the startup type of the service Volume Shadow Copy from {from} to {startType}.",
    "guest-provider-missing": "The service IaaSVmProvider is not installed.",
    "guest-provider-present": "The service IaaSVmProvider is installed.",
    "guest-provider-same": "The service IaaSVmProvider was installed before protection began.",
    "guest-provider-installed": "Protection installed the service IaaSVmProvider.",
    "guest-vss-copy": "The guest takes VSS copy backups, which truncate no logs.",
    "guest-vss-full": "The guest takes VSS full backups again.",
    "consistency-downgrades":
      "The last {points} recovery points are less consistent than the policy requests: the newest is {reached, select, application {application-consistent} file {file-consistent} other {crash-consistent}} instead of {wanted, select, application {application-consistent} file {file-consistent} other {crash-consistent}}.",
    "disk-detached": "The disk was detached before the snapshot was created.",
    "disk-removed-meanwhile": "The disk was replaced while the snapshot was created, and no longer exists.",
    "disk-snapshots-created":
      "{disks, plural, one {A snapshot of # disk was} other {Snapshots of # disks were}} created, {consistency, select, application {application-consistent} file {file-consistent} other {crash-consistent}}.",
    "delta-snapshot-other-kind":
      "The kept snapshot and the new one are of different kinds: a restore point, and snapshots of single disks.",
    "captured-by-disk-size":
      "Each disk of the stopped virtual machine has a snapshot, because Azure creates no restore point of a stopped virtual machine of size {size}.",
    "captured-by-disk-kind":
      "Each disk of the stopped virtual machine has a snapshot, because a restore point of a stopped virtual machine cannot include: {disks}.",
  },
  nl: {
    "extension-left-to-azure":
      "De momentopname-extensie is niet vooraf geïnstalleerd. Azure installeert die bij de momentopname. Azure: {azureMessage}",
    "snapshot-trying-again":
      "Azure heeft de momentopname niet gemaakt; Kluis bekijkt de virtuele machine en probeert het opnieuw. Azure: {azureMessage}",
    "guest-vss-failed":
      "De VSS-writers in het gastbesturingssysteem hebben niet meegewerkt aan de momentopname. Azure: {azureMessage}",
    "guest-com-plus-failed":
      "COM+ in het gastbesturingssysteem heeft niet meegewerkt aan de momentopname. Azure: {azureMessage}",
    "guest-failed":
      "Het gastbesturingssysteem heeft niet meegewerkt aan de momentopname. Azure: {azureMessage}",
    "guest-policy-denied":
      "Een Azure-beleid weigerde een momentopname met medewerking van het gastbesturingssysteem. Azure: {azureMessage}",
    "guest-extensions-forbidden":
      "De virtuele machine staat geen extensies toe (allowExtensionOperations is false), dus het gastbesturingssysteem heeft niet meegewerkt aan de momentopname.",
    "snapshot-policy-denied": "Een Azure-beleid weigerde de momentopname. Azure: {azureMessage}",
    "snapshot-vm-changed":
      "De virtuele machine veranderde telkens terwijl Azure de momentopname maakte. Azure: {azureMessage}",
    "snapshot-busy": "Door een andere bewerking kon Azure de momentopname niet maken. Azure: {azureMessage}",
    "snapshot-unsupported":
      "Azure ondersteunt dit soort momentopname niet voor de virtuele machine. Azure: {azureMessage}",
    "restore-points-full":
      "De virtuele machine heeft zoveel herstelpunten in Azure als Azure toestaat. Azure: {azureMessage}",
    "snapshots-full": "Een schijf heeft zoveel momentopnamen als Azure toestaat. Azure: {azureMessage}",
    "snapshot-failed": "Azure kon de momentopname niet maken. Azure: {azureMessage}",
    "vm-started-meanwhile":
      "De virtuele machine werd gestart terwijl de momentopname werd gemaakt, dus het gastbesturingssysteem heeft niet meegewerkt.",
    "vm-state-unknown":
      "Azure meldt niet of de virtuele machine na de momentopname nog gestopt was: de energiestatus is onbekend.",
    "vm-stop-unproven":
      "De virtuele machine werd gestopt rond het tijdstip van de momentopname; niets bewijst dat zij toen al gestopt was.",
    "guest-preparing": "Kluis bereidt het gastbesturingssysteem voor op de momentopname.",
    "guest-vss-copy-not-set":
      "Het beleid vereist VSS-kopieback-ups en het gastbesturingssysteem heeft de instelling niet bevestigd; daarom heeft het niet meegewerkt aan de momentopname. Azure: {azureMessage}",
    "guest-runtime-missing": "Microsoft Visual C++ 2013 Redistributable (x64) is niet geïnstalleerd.",
    "guest-runtime-present": "Microsoft Visual C++ 2013 Redistributable (x64) {version} is geïnstalleerd.",
    "guest-runtime-same":
      "Microsoft Visual C++ 2013 Redistributable (x64) {version} was al geïnstalleerd voordat de beveiliging begon.",
    "guest-runtime-installed":
      "De beveiliging heeft Microsoft Visual C++ 2013 Redistributable (x64) {version} geïnstalleerd.",
    "guest-runtime-changed":
      "De beveiliging heeft Microsoft Visual C++ 2013 Redistributable (x64) gewijzigd van {from} in {version}.",
    "guest-vss-start-type":
      "De service Volume Shadow Copy heeft opstarttype {startType, select, Automatic {automatisch} Manual {handmatig} Disabled {uitgeschakeld} other {{startType}}}.",
    "guest-vss-start-type-same":
      "Het opstarttype van de service Volume Shadow Copy is niet gewijzigd: {startType, select, Automatic {automatisch} Manual {handmatig} Disabled {uitgeschakeld} other {{startType}}}.",
    "guest-vss-start-type-changed":
      "De beveiliging heeft het opstarttype van de service Volume Shadow Copy gewijzigd van {from, select, Automatic {automatisch} Manual {handmatig} Disabled {uitgeschakeld} other {{from}}} in {startType, select, Automatic {automatisch} Manual {handmatig} Disabled {uitgeschakeld} other {{startType}}}.",
    "guest-provider-missing": "De service IaaSVmProvider is niet geïnstalleerd.",
    "guest-provider-present": "De service IaaSVmProvider is geïnstalleerd.",
    "guest-provider-same": "De service IaaSVmProvider was al geïnstalleerd voordat de beveiliging begon.",
    "guest-provider-installed": "De beveiliging heeft de service IaaSVmProvider geïnstalleerd.",
    "guest-vss-copy": "Het gastbesturingssysteem maakt VSS-kopieback-ups, die geen logboeken afkappen.",
    "guest-vss-full": "Het gastbesturingssysteem maakt weer volledige VSS-back-ups.",
    "consistency-downgrades":
      "De laatste {points} herstelpunten zijn minder consistent dan het beleid vraagt: het nieuwste is {reached, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}} in plaats van {wanted, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}}.",
    "disk-detached": "De schijf is losgekoppeld voordat de momentopname werd gemaakt.",
    "disk-removed-meanwhile":
      "De schijf is vervangen terwijl de momentopname werd gemaakt en bestaat niet meer.",
    "disk-snapshots-created":
      "Van {disks, plural, one {# schijf is} other {# schijven is}} een momentopname gemaakt, {consistency, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}}.",
    "delta-snapshot-other-kind":
      "De bewaarde momentopname en de nieuwe zijn van verschillende soort: een herstelpunt, en momentopnamen per schijf.",
    "captured-by-disk-size":
      "Elke schijf van de gestopte virtuele machine heeft een eigen momentopname, omdat Azure geen herstelpunt maakt van een gestopte virtuele machine met grootte {size}.",
    "captured-by-disk-kind":
      "Elke schijf van de gestopte virtuele machine heeft een eigen momentopname, omdat een herstelpunt van een gestopte virtuele machine dit niet kan bevatten: {disks}.",
  },
});
