/** Access URLs (SAS): signing and checking. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { Grant, State } from "../state/model.ts";
import { readOptional, writeFileDurably } from "../state/store.ts";

/**
 * Signs and checks the URLs of access grants. As in Azure's disk SAS, a URL names a stored policy
 * (`si`): the expiry is the grant's, and revoking the grant ends all its URLs. The key stays in the
 * data folder.
 */
export class SasSigner {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  static async open(dataDir: string): Promise<SasSigner> {
    const file = join(dataDir, "sas.key");
    const text = await readOptional(file);
    if (text !== undefined) return new SasSigner(Buffer.from(text, "base64"));
    const key = randomBytes(32);
    await writeFileDurably(file, key.toString("base64"));
    return new SasSigner(key);
  }

  /** The installation's key, from which other signatures derive theirs. */
  get key(): Buffer {
    return this.#key;
  }

  /** The URL of a grant. It is a secret. */
  url(baseUrl: string, grant: Grant): string {
    const query = new URLSearchParams({ sv: "2018-03-28", sr: "b", si: grant.id, sig: this.#sign(grant) });
    return `${baseUrl}/${grant.account}/${grant.container}/abcd?${query.toString()}`;
  }

  /** The grant of a URL; undefined when the URL is wrong, expired or revoked. */
  find(state: State, url: URL, now: number): Grant | undefined {
    const grant = state.grants[url.searchParams.get("si") ?? ""];
    if (!grant || url.pathname !== `/${grant.account}/${grant.container}/abcd`) return undefined;
    if (url.searchParams.get("sr") !== "b" || grant.expiresAt <= now) return undefined;
    // Compared as text: several base64 texts decode to the same bytes.
    const given = Buffer.from(url.searchParams.get("sig") ?? "");
    const right = Buffer.from(this.#sign(grant));
    return given.length === right.length && timingSafeEqual(given, right) ? grant : undefined;
  }

  /** What the storage service says of a URL that `find` does not know, in detail. */
  problem(state: State, url: URL, now: number): string {
    const grant = state.grants[url.searchParams.get("si") ?? ""];
    if (!grant || url.pathname !== `/${grant.account}/${grant.container}/abcd`)
      return "SAS identifier cannot be found for specified signed identifier";
    if (grant.expiresAt <= now)
      return `Signed expiry time [${new Date(grant.expiresAt).toUTCString()}] must be after current time [${new Date(now).toUTCString()}]`;
    return "Signature did not match. String to sign used was";
  }

  #sign(grant: Grant): string {
    const text = `/blob/${grant.account}/${grant.container}/abcd\n${grant.id}\n${grant.access}`;
    return createHmac("sha256", this.#key).update(text).digest("base64");
  }
}
