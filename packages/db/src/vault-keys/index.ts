export {
  askKeyChange,
  beginKeyChange,
  endKeyChange,
  failKeyChange,
  type KeyChangeRow,
  type MadeKeyChange,
  nextKeyChange,
  readKeyChange,
  withdrawKeyChange,
} from "./changes.ts";
export {
  judgeRecoveryKey,
  listVaultKeys,
  noteKeyOpened,
  noteKeyProven,
  noteStrangeSlots,
  readKeyCopies,
  readKeyVaultKeys,
  type SeenKey,
  syncVaultKeys,
  type VaultKeyRow,
} from "./store.ts";
