export { type Resealed, resealSecrets } from "./reseal.ts";
export { openSecretBox, type SecretBox } from "./seal.ts";
