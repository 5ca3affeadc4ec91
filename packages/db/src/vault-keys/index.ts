export {
  judgeRecoveryKey,
  listVaultKeys,
  noteKeyProven,
  readKeyCopies,
  readKeyVaultKeys,
  type SeenKey,
  syncVaultKeys,
  type VaultKeyRow,
} from "./store.ts";
