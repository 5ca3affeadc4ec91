export { clearGoneAttention, clearVaultAttention } from "./gone.ts";
export { countAttention, countProblems, listAttention, listAttentionOfVm } from "./read.ts";
export { attentionView } from "./view.ts";
export { clearAttention, raiseAttention } from "./write.ts";
