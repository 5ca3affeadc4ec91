import { describe, expect, it } from "vitest";
import {
  createKeyring,
  decodeKeyring,
  encodeKeyring,
  mergeKeyrings,
  newestEpoch,
  withNewEpoch,
} from "./keyring.ts";

const VAULT = "00000000-0000-4000-8000-000000000001";
const day = (n: number) => new Date(Date.UTC(2026, 0, n));

describe("the keyring", () => {
  it("returns what was encoded", () => {
    const keyring = withNewEpoch(createKeyring(VAULT, day(1)), day(2));
    expect(decodeKeyring(encodeKeyring(keyring))).toEqual(keyring);
  });

  it("writes with the newest epoch, in any order of the list", () => {
    const keyring = withNewEpoch(withNewEpoch(createKeyring(VAULT, day(1)), day(3)), day(2));
    expect(newestEpoch(keyring).createdAt).toBe(day(3).toISOString());
    expect(newestEpoch({ ...keyring, epochs: keyring.epochs.toReversed() })).toEqual(newestEpoch(keyring));
  });

  it("decides between epochs of one instant by their ids", () => {
    const keyring = withNewEpoch(createKeyring(VAULT, day(1)), day(1));
    const ids = keyring.epochs.map(({ id }) => id).sort();
    expect(newestEpoch(keyring).id).toBe(ids[1]);
  });

  it("joins what two rotations at once made", () => {
    const before = createKeyring(VAULT, day(1));
    const [left, right] = [withNewEpoch(before, day(2)), withNewEpoch(before, day(3))];
    const both = mergeKeyrings(left, right);
    expect(both.epochs).toHaveLength(3);
    expect(newestEpoch(both)).toEqual(newestEpoch(right));
    expect(newestEpoch(mergeKeyrings(right, left))).toEqual(newestEpoch(right));
  });

  it("refuses to join keyrings of two vaults", () => {
    expect(() => mergeKeyrings(createKeyring(VAULT, day(1)), createKeyring(VAULT, day(1)))).toThrow(
      RangeError,
    );
  });

  it("names no secret when it does not read", () => {
    const text = encodeKeyring(createKeyring(VAULT, day(1)))
      .toString()
      .replace('"keyring":1', '"keyring":2');
    expect(() => decodeKeyring(Buffer.from(text))).toThrow(/^not a keyring$/);
    expect(() => decodeKeyring(Buffer.from("secret"))).toThrow(/^not the JSON of a keyring$/);
  });
});
