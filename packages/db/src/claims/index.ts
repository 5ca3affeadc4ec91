export { addClaim, deleteClaims, hasClaim, noteClaimGuess, takeClaim } from "./write.ts";
