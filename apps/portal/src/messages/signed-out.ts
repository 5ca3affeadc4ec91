import { catalog } from "#messages/catalog.ts";
import type { SignedOutReason } from "#server/sign-in-answers.ts";

/** The page before sign-in. */
export const signedOut = catalog({
  en: {
    title: "Sign in",
    lead: "Backups of your virtual machines, in your own vault.",
    button: "Sign in with Microsoft",
    facts: {
      complete: "Every recovery point is complete in itself.",
      encrypted: "Encrypted before it leaves the engine.",
      open: "Readable without Kluis, in a documented format.",
    },
    reasons: {
      "signed-out": { title: "You are signed out", text: "Your session has ended." },
      ended: { title: "Your session has ended", text: "Sign in again to return to the page where you were." },
      disabled: {
        title: "Your account is disabled",
        text: "An owner of Kluis has disabled it. Ask the platform owner to enable it.",
      },
      declined: {
        title: "You did not sign in",
        text: "The sign-in with Microsoft Entra was canceled. Start again when you are ready.",
      },
      expired: {
        title: "The sign-in took too long",
        text: "It was started more than ten minutes ago, or in another browser. Start again.",
      },
      untrusted: {
        title: "The sign-in was not accepted",
        text: "The response of Microsoft Entra did not pass the checks. Start again. If it persists, ask the platform owner to check the Entra settings.",
      },
      unreachable: {
        title: "Sign-in is not available",
        text: "Microsoft Entra or the database does not respond. Try again in a moment.",
      },
      config: {
        title: "Sign-in is not set up",
        text: "The Entra settings of the portal are incomplete. The platform owner finds the details in the portal’s log.",
      },
    } satisfies Record<SignedOutReason, { readonly title: string; readonly text: string }>,
  },
  nl: {
    title: "Aanmelden",
    lead: "Back-ups van uw virtuele machines, in uw eigen kluis.",
    button: "Aanmelden met Microsoft",
    facts: {
      complete: "Elk herstelpunt is op zichzelf volledig.",
      encrypted: "Versleuteld voordat het de engine verlaat.",
      open: "Leesbaar zonder Kluis, in een gedocumenteerde indeling.",
    },
    reasons: {
      "signed-out": { title: "U bent afgemeld", text: "Uw sessie is beëindigd." },
      ended: {
        title: "Uw sessie is beëindigd",
        text: "Meld u opnieuw aan om terug te keren naar de pagina waar u was.",
      },
      disabled: {
        title: "Uw account is uitgeschakeld",
        text: "Een eigenaar van Kluis heeft het uitgeschakeld. Vraag de platformeigenaar om het in te schakelen.",
      },
      declined: {
        title: "U bent niet aangemeld",
        text: "De aanmelding bij Microsoft Entra is geannuleerd. Begin opnieuw wanneer u wilt.",
      },
      expired: {
        title: "De aanmelding duurde te lang",
        text: "De aanmelding is meer dan tien minuten geleden of in een andere browser gestart. Probeer het opnieuw.",
      },
      untrusted: {
        title: "De aanmelding is niet geaccepteerd",
        text: "Het antwoord van Microsoft Entra heeft de controles niet doorstaan. Probeer het opnieuw. Blijft dit gebeuren, laat dan de platformeigenaar de Entra-instellingen controleren.",
      },
      unreachable: {
        title: "Aanmelden is niet beschikbaar",
        text: "Microsoft Entra of de database reageert niet. Probeer het over enkele ogenblikken opnieuw.",
      },
      config: {
        title: "Aanmelden is niet ingesteld",
        text: "De Entra-instellingen van de portal zijn onvolledig. De platformeigenaar vindt de details in het logboek van de portal.",
      },
    },
  },
});
