import { catalog } from "#messages/catalog.ts";

/** The guest that cannot take part in a snapshot. */
export const guestErrors = catalog({
  en: {
    GUEST_FAILED: {
      title: "The guest could not take part in the snapshot",
      message: "Something in the guest stopped the snapshot.",
      action: "Correct the guest, or allow a lower consistency in the policy.",
      reasons: {
        "vss-writers": {
          message: "VSS writers of the guest are in a bad state: {azureMessage}",
          action:
            "Restart the services of the failed VSS writers (vssadmin list writers), then the virtual machine.",
        },
        "com-plus": {
          message: "COM+ of the guest does not work: {azureMessage}",
          action:
            "Restart the service COM+ System Application in the guest, then the virtual machine if it persists.",
        },
        transactions: {
          message: "The Distributed Transaction Coordinator of the guest does not work: {azureMessage}",
          action: "Start the service Distributed Transaction Coordinator in the guest as Network Service.",
        },
        runtime: {
          message: "The guest lacks a Visual C++ Redistributable: {azureMessage}",
          action: "Install it in the guest, then restart the virtual machine.",
        },
        resources: {
          message: "The virtual machine has too few resources for a snapshot: {azureMessage}",
          action: "Free memory and CPU in the guest, or choose a larger size.",
        },
        network: {
          message: "The guest cannot reach Azure: {azureMessage}",
          action:
            "Let the guest reach 168.63.129.16 and the addresses of Azure, or correct its proxy settings.",
        },
        scripts: {
          message: "The pre and post scripts of the guest stopped the snapshot: {azureMessage}",
          action: "Correct the scripts that Azure names, their owner and their mode in the guest.",
        },
        reported: {
          message: "The guest could not take part in the snapshot: {azureMessage}",
          action: "Correct in the guest what Azure reports.",
        },
      },
    },
  },
  nl: {
    GUEST_FAILED: {
      title: "Het gastbesturingssysteem kon niet meewerken aan de momentopname",
      message: "Iets in het gastbesturingssysteem hield de momentopname tegen.",
      action: "Verhelp het probleem of sta in het beleid een lager consistentieniveau toe.",
      reasons: {
        "vss-writers": {
          message: "VSS-writers in het gastbesturingssysteem werken niet goed: {azureMessage}",
          action:
            "Start de services van de mislukte VSS-writers opnieuw (vssadmin list writers) en daarna de virtuele machine.",
        },
        "com-plus": {
          message: "COM+ in het gastbesturingssysteem werkt niet: {azureMessage}",
          action:
            "Start de service COM+ System Application in het gastbesturingssysteem opnieuw en daarna zo nodig de virtuele machine.",
        },
        transactions: {
          message:
            "De Distributed Transaction Coordinator in het gastbesturingssysteem werkt niet: {azureMessage}",
          action:
            "Start de service Distributed Transaction Coordinator in het gastbesturingssysteem als Network Service.",
        },
        runtime: {
          message: "In het gastbesturingssysteem ontbreekt een Visual C++ Redistributable: {azureMessage}",
          action: "Installeer deze en start de virtuele machine opnieuw.",
        },
        resources: {
          message: "De virtuele machine heeft te weinig resources voor een momentopname: {azureMessage}",
          action: "Maak geheugen en CPU vrij in het gastbesturingssysteem of kies een grotere VM.",
        },
        network: {
          message: "Het gastbesturingssysteem kan Azure niet bereiken: {azureMessage}",
          action:
            "Zorg dat het gastbesturingssysteem 168.63.129.16 en de adressen van Azure kan bereiken of corrigeer de proxyinstellingen.",
        },
        scripts: {
          message: "De pre- en post-scripts van de VM hielden de momentopname tegen: {azureMessage}",
          action: "Verbeter de scripts die Azure noemt, hun eigenaar en hun modus in de VM.",
        },
        reported: {
          message: "Het gastbesturingssysteem kon niet meewerken aan de momentopname: {azureMessage}",
          action: "Verhelp in het gastbesturingssysteem wat Azure meldt.",
        },
      },
    },
  },
});
