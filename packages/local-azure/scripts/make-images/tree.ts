/** The files of one disk, before they are written to a folder. */
import type { FillKind } from "../../src/fleet/fill.ts";

/** A large file with computed content, which is not shipped. */
export interface FilledFile {
  readonly path: string;
  /** A whole number of 4 KiB blocks, so that all of them can be omitted from the shipped image. */
  readonly bytes: number;
  readonly kind: FillKind;
  readonly seed: string;
}

export interface SmallFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

export class Tree {
  readonly small: SmallFile[] = [];
  readonly filled: FilledFile[] = [];
  readonly links: { readonly path: string; readonly target: string }[] = [];
  readonly folders: string[] = [];
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  file(path: string, text: string, mode = 0o644): void {
    this.small.push({ path, text, mode });
  }

  folder(...paths: string[]): void {
    this.folders.push(...paths);
  }

  link(path: string, target: string): void {
    this.links.push({ path, target });
  }

  /** Adds a large file of `mib` MiB, rounded to 4 KiB. `shared`: same content on all disks. */
  fill(path: string, kind: FillKind, size: { readonly mib: number; readonly shared?: boolean }): void {
    const bytes = Math.max(1, Math.round((size.mib * 1024 * 1024) / 4096)) * 4096;
    this.filled.push({ path, bytes, kind, seed: size.shared ? path : `${this.#seed}:${path}` });
  }
}
