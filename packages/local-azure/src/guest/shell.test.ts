import { expect, test } from "vitest";
import { freshGuest, type Machine } from "./model.ts";
import { runShell } from "./shell.ts";

const guest = (files: Record<string, string> = {}): Machine => ({
  ...freshGuest("Linux"),
  linux: {
    fsfreeze: "works",
    files: Object.fromEntries(
      Object.entries(files).map(([path, content]) => [path, { content, mode: "644", owner: "root" }]),
    ),
  },
});

test.each<[string, string]>([
  ['a=1; b="$a 2"; echo "$b" $b', "1 2 1 2\n"],
  ['echo \'a  b\' "c\\"d" e\\ f # comment', 'a  b c"d e f\n'],
  ["if [ -f /etc/hostname ] && ! [ -f /x ]; then echo yes; else echo no; fi", "yes\n"],
  ['if false; then echo a; elif [ "$(echo b)" = b ]; then echo b; fi', "b\n"],
  ['say() { printf "%s:%s\\n" "$1" "$*"; }; say a "b c"', "a:a b c\n"],
  ["for one in a b; do echo $one; done | tail -n 1", "b\n"],
  ["printf '%s' 'aGFsbG8=' | base64 -d", "hallo"],
  ["printf abc | sha256sum | cut -c1-8", "ba7816bf\n"],
  ["{ echo out; echo err >&2; } 2>&1 | tr -d '\\n'", "outerr"],
  ["false || echo after; true && echo and", "after\nand\n"],
  ["echo ${unset:-none}$?", "none0\n"],
  ['f() { if [ "$1" = a ]; then return 3; fi; echo not; }; f a; echo $?', "3\n"],
  ["date -u '+%Y/%m/%d'; sleep 2; date +%s", "2026/06/01\n1780272002\n"],
  ["(echo sub)", ""],
])("%s", (script, out) => {
  expect(runShell(guest(), script, { now: Date.UTC(2026, 5, 1) }).stdout).toBe(out);
});

test("files are written, moved and removed with their modes", () => {
  const machine = guest();
  const script = [
    "umask 077",
    'mkdir -p "/etc/azure/kluis"',
    'echo text > "/etc/azure/kluis/a" && chmod 0700 /etc/azure/kluis/a && chown root:root /etc/azure/kluis/a',
    "mv -f /etc/azure/kluis/a /etc/azure/kluis/b",
    "echo more >> /etc/azure/kluis/b; stat -c '%U %a' /etc/azure/kluis/b",
    "echo x > /nowhere/file",
  ];
  expect(runShell(machine, script.join("\n"))).toMatchObject({
    stdout: "root 700\n",
    stderr: "cannot create /nowhere/file: Directory nonexistent\n",
    exitCode: 2,
  });
  expect(machine.linux?.files["/etc/azure/kluis/b"]).toEqual({
    content: "text\nmore\n",
    mode: "700",
    owner: "root",
  });
  runShell(machine, "rm -rf /etc/azure/kluis");
  expect(machine.linux?.files).toEqual({});
});

test("a script runs another by its path with its arguments, and takes the guest's time", () => {
  const machine = guest({ "/opt/a.sh": 'echo "$#" "$2"\nsleep 90\nexit 4\n' });
  expect(runShell(machine, '/opt/a.sh; echo $?; sh /opt/a.sh x "y z"; echo $?')).toMatchObject({
    stdout: "126\n2 y z\n4\n",
    stderr: "/opt/a.sh: Permission denied\n",
    seconds: 90,
  });
});

test("syntax that the local guest does not know ends with 2, and an endless script ends", () => {
  expect(runShell(guest(), "while true; do echo; done").exitCode).not.toBe(0);
  expect(runShell(guest(), 'echo "open').exitCode).toBe(2);
  expect(runShell(guest(), "f() { f; }; f").exitCode).toBe(2);
});
