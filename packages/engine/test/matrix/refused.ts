/** Places the refusal of a case, at the local Azure or before the vault. */
import type { World } from "../world.ts";
import { armRefusals, blobRefusals, vaultRefusals } from "./refusals.ts";
import { isVaultCall, type VaultProxy } from "./vault-proxy.ts";
import type { Pair } from "./verdict.ts";

export interface Parts {
  readonly world: World;
  readonly vault: VaultProxy;
}

/** A refusal that is in force until it is lifted. */
export class Refused {
  readonly #parts: Parts;
  readonly #pair: Pair;
  #ruleId: string | null = null;
  #hits = 0;

  constructor(parts: Parts, pair: Pair) {
    this.#parts = parts;
    this.#pair = pair;
  }

  get hits(): number {
    return this.#hits;
  }

  /** @param path regular expression on the resource; null: every call of this operation */
  async place(path: string | null): Promise<void> {
    const { operation, refusal } = this.#pair;
    const { name, surface } = operation;
    if (isVaultCall(name)) return this.#parts.vault.refuse(name, vaultRefusals[refusal]);
    const effect = (surface === "blob" ? blobRefusals : armRefusals)[refusal];
    const match = { operation: name, ...(path === null ? {} : { path }) };
    this.#ruleId = (await this.#parts.world.control.addFault({ match, effect })).id;
  }

  /** Ends the refusal, and counts the calls that it met. */
  async lift(): Promise<void> {
    const { name } = this.#pair.operation;
    if (isVaultCall(name)) {
      this.#hits += this.#parts.vault.hitsOf(name);
      return this.#parts.vault.calm(name);
    }
    if (this.#ruleId === null) return;
    const rules = await this.#parts.world.control.faults();
    this.#hits += rules.find(({ id }) => id === this.#ruleId)?.hits ?? 0;
    await this.#parts.world.control.clearFaults(this.#ruleId);
    this.#ruleId = null;
  }
}
