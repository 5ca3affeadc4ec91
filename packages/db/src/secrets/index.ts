export { type Resealed, resealSecrets } from "./reseal.ts";
export { openSecretBox, type SecretBox, secretsKeySetting } from "./seal.ts";
