/** The files of a Linux guest, as its shell sees them. */

export interface GuestFile {
  content: string;
  mode: string;
  owner: string;
  directory?: boolean | undefined;
}

/** Directories that every guest has. */
const ROOT_DIRECTORIES = [
  "/",
  "/etc",
  "/etc/azure",
  "/opt",
  "/root",
  "/tmp",
  "/usr",
  "/usr/local",
  "/usr/local/bin",
  "/var",
  "/var/lib",
  "/var/log",
  "/var/log/azure",
];

/** Files that the guest keeps, over files that it has by default. */
export class GuestFiles {
  /** The mode of a file that a redirection creates; `umask` changes it. */
  newMode = "644";
  readonly #kept: Record<string, GuestFile>;
  readonly #defaults: Map<string, GuestFile>;
  readonly #onDefaultChange: () => void;

  /** @param onDefaultChange called before a default file changes or is removed; it may turn defaults into kept files */
  constructor(
    kept: Record<string, GuestFile>,
    defaults: Map<string, GuestFile>,
    onDefaultChange: () => void = () => {},
  ) {
    this.#kept = kept;
    this.#defaults = defaults;
    this.#onDefaultChange = onDefaultChange;
  }

  entry(path: string): GuestFile | undefined {
    return this.#kept[path] ?? this.#defaults.get(path);
  }

  get(path: string): GuestFile | undefined {
    const entry = this.entry(path);
    return entry?.directory === true ? undefined : entry;
  }

  isDirectory(path: string): boolean {
    if (ROOT_DIRECTORIES.includes(path) || this.entry(path)?.directory === true) return true;
    const inside = `${path}/`;
    return this.paths().some((one) => one.startsWith(inside));
  }

  paths(): string[] {
    return [...new Set([...Object.keys(this.#kept), ...this.#defaults.keys()])];
  }

  /** False when its directory does not exist. */
  write(path: string, text: string, append = false): boolean {
    if (!this.isDirectory(path.slice(0, path.lastIndexOf("/")) || "/")) return false;
    const before = this.get(path);
    if (before && !(path in this.#kept)) this.#onDefaultChange();
    this.#kept[path] = {
      mode: before?.mode ?? this.newMode,
      owner: before?.owner ?? "root",
      content: (append ? (before?.content ?? "") : "") + text,
    };
    return true;
  }

  makeDirectory(path: string): void {
    if (!this.isDirectory(path))
      this.#kept[path] = { content: "", mode: "700", owner: "root", directory: true };
  }

  change(path: string, part: Partial<Pick<GuestFile, "mode" | "owner">>): boolean {
    if (!this.entry(path)) return this.isDirectory(path);
    if (!(path in this.#kept)) this.#onDefaultChange();
    const entry = this.entry(path);
    if (entry) this.#kept[path] = { ...entry, ...part };
    return true;
  }

  move(from: string, to: string): boolean {
    const file = this.get(from);
    if (!file) return false;
    if (this.#defaults.has(from) || this.#defaults.has(to)) this.#onDefaultChange();
    this.#kept[to] = { ...file };
    this.remove(from);
    return true;
  }

  /** Removes a file, or a directory with everything in it. */
  remove(path: string): boolean {
    const gone = this.paths().filter((one) => one === path || one.startsWith(`${path}/`));
    if (gone.some((one) => this.#defaults.has(one))) this.#onDefaultChange();
    for (const one of gone) {
      delete this.#kept[one];
      this.#defaults.delete(one);
    }
    return gone.length > 0;
  }

  /** Files that a path with stars names. */
  match(pattern: string): string[] {
    const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
    const expression = new RegExp(`^${parts.join("[^/]*")}$`);
    return this.paths()
      .filter((path) => expression.test(path))
      .toSorted();
  }
}
