import { type FileHandle, open, rename, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { useTempFolder } from "../../test/temp-folder.ts";
import { OpenFiles } from "./open-files.ts";

const folder = useTempFolder();

/** Files that count how often they are opened and closed. */
function counted(most: number) {
  const opened: string[] = [];
  const handles: FileHandle[] = [];
  const openFile = async (path: string) => {
    opened.push(path.slice(path.lastIndexOf("/") + 1));
    const file = await open(path, "r");
    handles.push(file);
    return file;
  };
  const files = new OpenFiles({ most, openFile });
  const read = (path: string) => files.read(path, async (file) => (await text(file)).trim());
  const closed = () => handles.filter(({ fd }) => fd === -1).length;
  return { files, opened, read, closed };
}

async function text(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
  return buffer.toString("utf8", 0, bytesRead);
}

async function make(...names: string[]): Promise<string[]> {
  await Promise.all(names.map((name) => writeFile(folder(name), name)));
  return names.map((name) => folder(name));
}

describe("files that stay open", () => {
  it("are opened once for many reads, also at the same time", async () => {
    const [a = ""] = await make("a");
    const { read, opened, files } = counted(4);
    const reads = Array.from({ length: 20 }, () => read(a));
    expect(new Set(await Promise.all(reads))).toEqual(new Set(["a"]));
    expect(await read(a)).toBe("a");
    expect(opened).toEqual(["a"]);
    expect(files.count).toBe(1);
  });

  it("are bounded: the one that was read longest ago is closed", async () => {
    const [a = "", b = "", c = ""] = await make("a", "b", "c");
    const { read, opened, files, closed } = counted(2);
    for (const path of [a, b, a, c, a, b]) await read(path);
    expect(opened).toEqual(["a", "b", "c", "b"]);
    expect(files.count).toBe(2);
    await expect.poll(closed).toBe(2);
  });

  it("may all be in use: a file that is over the bound is closed by its last reader", async () => {
    const paths = await make("a", "b", "c");
    const { read, files, closed } = counted(1);
    expect(await Promise.all(paths.map(read))).toEqual(["a", "b", "c"]);
    expect(files.count).toBe(1);
    await expect.poll(closed).toBe(2);
  });

  it("are never read when they were deleted or replaced elsewhere", async () => {
    const [a = "", b = ""] = await make("a", "b");
    const { read, opened, closed } = counted(4);
    await Promise.all([read(a), read(b)]);
    await rm(a);
    await expect(read(a)).rejects.toMatchObject({ code: "ENOENT" });
    await writeFile(folder("new"), "new");
    await rename(folder("new"), b);
    expect(await read(b)).toBe("new");
    expect(opened.toSorted()).toEqual(["a", "a", "b", "b"]);
    await expect.poll(closed).toBe(2);
  });

  it("are closed when they are dropped, after the readers in progress", async () => {
    const [a = ""] = await make("a");
    const { files, closed } = counted(4);
    const inside = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const reading = files.read(a, async (file) => {
      reached.resolve();
      await inside.promise;
      return text(file);
    });
    await reached.promise;
    files.drop(a);
    expect(files.count).toBe(0);
    expect(closed()).toBe(0);
    inside.resolve();
    expect(await reading).toBe("a");
    await expect.poll(closed).toBe(1);
  });
});
