/**
 * Which parts of a sparse file hold data. Node has no lseek, so a program that most systems have asks the kernel (SEEK_DATA,
 * SEEK_HOLE). Without one the whole file is read; zeros are found then too, only later.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Extent } from "@kluis/domain";

/** Prints `OFFSET END` for each data range, then `size SIZE`. Linux only: the numbers of SEEK_DATA and SEEK_HOLE differ elsewhere. */
const perl = `
open(my $f, "<:raw", $ARGV[0]) or exit 1;
my ($at, $size) = (0, -s $f);
while ($at < $size) {
  my $data = sysseek($f, $at, 3);
  last unless defined $data;
  my $hole = sysseek($f, $data, 4);
  exit 1 unless defined $hole;
  $at = 0 + $hole;
  print 0 + $data, " ", $at, "\\n";
}
exit 1 unless $at >= $size or $!{ENXIO};
print "size ", $size, "\\n";
`;
const python = `
import errno, os, sys
f = os.open(sys.argv[1], os.O_RDONLY)
at, size = 0, os.fstat(f).st_size
try:
    while at < size:
        data = os.lseek(f, at, os.SEEK_DATA)
        at = os.lseek(f, data, os.SEEK_HOLE)
        print(data, at)
except OSError as error:
    if error.errno != errno.ENXIO: sys.exit(1)
print("size", size)
`;
const helpers: readonly (readonly [string, ...string[]])[] = [
  ["perl", "-MErrno", "-e", perl],
  ["python3", "-I", "-c", python],
];

/** Ranges closer than this are one: a read costs more than a few zeros. */
const GAP_BYTES = 128 * 1024;
/** More ranges than this use too much memory; the file is then read whole. */
const MOST_EXTENTS = 4_000_000;

export interface AllocatedOptions {
  readonly file: string;
  readonly size: number;
  readonly signal: AbortSignal;
}

/** The data ranges of a file, ascending; null when no program of this system can list them. */
export async function allocatedExtents(options: AllocatedOptions): Promise<readonly Extent[] | null> {
  if (process.platform !== "linux") return null;
  for (const helper of helpers) {
    const extents = await ask(helper, options);
    if (extents !== null) return extents;
  }
  return null;
}

async function ask(
  [program, ...args]: readonly [string, ...string[]],
  { file, size, signal }: AllocatedOptions,
): Promise<readonly Extent[] | null> {
  const child = spawn(program, [...args, file], { stdio: ["ignore", "pipe", "ignore"], signal });
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code));
  });
  const list = new ExtentList(size);
  for await (const line of createInterface({ input: child.stdout })) {
    if (!list.take(line)) child.kill();
  }
  const code = await exited;
  signal.throwIfAborted();
  return code === 0 ? list.result() : null;
}

/** Reads the lines of a helper, and believes none that do not fit together. */
export class ExtentList {
  private readonly size: number;
  private readonly extents: { offset: number; length: number; kind: "data" }[] = [];
  private end = 0;
  private isWhole = false;
  private isBroken = false;

  constructor(size: number) {
    this.size = size;
  }

  /** False when the list is useless. */
  take(line: string): boolean {
    if (line === `size ${this.size}`) this.isWhole = true;
    else this.isBroken ||= this.isWhole || !this.add(line);
    return !this.isBroken;
  }

  result(): readonly Extent[] | null {
    return this.isWhole && !this.isBroken ? this.extents : null;
  }

  private add(line: string): boolean {
    const match = /^(\d{1,16}) (\d{1,16})$/.exec(line);
    const [offset, end] = [Number(match?.[1]), Number(match?.[2])];
    // A written NaN fails every comparison.
    if (!(offset >= this.end && end > offset && end <= this.size)) return false;
    const last = this.extents.at(-1);
    if (last !== undefined && offset - this.end <= GAP_BYTES) last.length = end - last.offset;
    else this.extents.push({ offset, length: end - offset, kind: "data" });
    this.end = end;
    return this.extents.length <= MOST_EXTENTS;
  }
}
