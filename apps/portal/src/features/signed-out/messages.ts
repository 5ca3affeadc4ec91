import type { SignedOutReason } from "#server/sign-in-answers.ts";

/** Words of the page before signing in. */
export const signedOutMessages = {
  title: "Sign in",
  lead: "Backups of your virtual machines, in a vault of your own.",
  button: "Sign in with Microsoft",
  facts: [
    "Every recovery point is complete in itself.",
    "Encrypted before it leaves the engine.",
    "Readable without Kluis, in a documented format.",
  ],
  reasons: {
    "signed-out": { title: "You are signed out", text: "Your session here has ended." },
    ended: { title: "Your session has ended", text: "Sign in again; you return to the page where you were." },
    declined: {
      title: "You did not sign in",
      text: "Entra was told not to go on. Start again when you are ready.",
    },
    expired: {
      title: "That sign-in took too long",
      text: "It was started more than ten minutes ago or in another browser. Start again.",
    },
    untrusted: {
      title: "That sign-in could not be trusted",
      text: "Entra's answer did not pass the checks. Start again; if it stays, ask the platform owner to check the Entra settings.",
    },
    unreachable: {
      title: "Sign-in is not available",
      text: "Microsoft Entra or the database does not answer. Try again in a moment.",
    },
    config: {
      title: "Sign-in is not set up",
      text: "The portal's Entra settings are not complete. The platform owner finds the details in the portal's log.",
    },
  } satisfies Record<SignedOutReason, { title: string; text: string }>,
} as const;
