/**
 * The shell scripts that place, check, remove and read pre and post scripts in a Linux guest. All answer in lines `kluis:NAME …`,
 * and end with `kluis:end`. Data goes in as base64, so that no text of a policy is read as shell.
 */
import {
  outcomeDirectory,
  ownFunction,
  type PlacedFile,
  type PlacedScripts,
  placedDirectory,
  placedFiles,
  placedPath,
  scriptConfigPath,
  sha256Of,
} from "@kluis/domain";

/** Answers stay below the 4,096 bytes that run command returns: at most this much of the configuration, and of each output. */
export const CONFIG_BYTES = 1_800;
const OUTPUT_BYTES = 750;
const LOG_BYTES = 750;
const LOG_LINES = 8;

const shared = [
  "umask 077",
  "export LC_ALL=C",
  `c=${scriptConfigPath}`,
  "h=/etc/azure/VMSnapshotPluginHost.conf",
  `d=${placedDirectory}`,
  `l=${outcomeDirectory}`,
  `say() { printf 'kluis:%s\\n' "$*"; }`,
  `sum() { sha256sum "$1" 2>/dev/null | cut -c1-64; }`,
  `loc() { sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\\([^"]*\\)".*/\\1/p' "$c" 2>/dev/null | head -n 1; }`,
  ownFunction,
  `mine() { ! [ -e "$c" ] || [ "$(loc preScriptLocation)" = "${placedPath("pre")}" ]; }`,
];

const report = [
  `show() { if [ -f "$2" ]; then say "$1 file $(stat -L -c '%U %a' "$2") $(sum "$2") $2"; else say "$1 missing - - - $2"; fi; }`,
  `if [ -f "$c" ]; then`,
  `  if [ "$(stat -L -c %s "$c")" -le ${CONFIG_BYTES} ]; then say "text $(base64 "$c" | tr -d '\\n')"; fi`,
  "fi",
  'show config "$c"',
  'show host "$h"',
  "p=$(loc preScriptLocation)",
  "q=$(loc postScriptLocation)",
  'if [ -n "$p" ]; then show pre "$p"; fi',
  'if [ -n "$q" ]; then show post "$q"; fi',
  "say end",
];

/** Only reads. */
export const checkScript: readonly string[] = [...shared, ...report];

/**
 * Each file is written beside its place and then moved into it, so that the framework never sees a part of one. A file that is there
 * already keeps its bytes. A configuration that does not name Kluis's scripts belongs to someone else: nothing is written then.
 */
export function placeScript(scripts: PlacedScripts): readonly string[] {
  const files = placedFiles(scripts);
  return [
    ...shared,
    "put() {",
    `  if [ -f "$1" ] && [ "$(sum "$1")" = "$3" ]; then chown root:root "$1" && chmod "$2" "$1"; return; fi`,
    `  printf '%s' "$4" | base64 -d > "$1.kluis-new" && chown root:root "$1.kluis-new" && chmod "$2" "$1.kluis-new" && mv -f "$1.kluis-new" "$1" && [ "$(sum "$1")" = "$3" ] && say "wrote $1"`,
    "}",
    "place() {",
    `  for x in "$d" "$l"; do`,
    `    mkdir -p /etc/azure "$x" && own "$x" && chmod 700 "$x" || { say "failed $x"; return; }`,
    "  done",
    ...files.map((file) => `  ${putLine(file)} || { say "failed ${file.path}"; return; }`),
    "}",
    "if mine; then place; else say foreign; fi",
    ...report,
  ];
}

function putLine({ path, mode, content }: PlacedFile): string {
  return `put ${path} ${mode} ${sha256Of(content)} '${Buffer.from(content).toString("base64")}'`;
}

/** Removes what Kluis placed, the configuration first: without it the framework runs nothing. */
export const removeScript: readonly string[] = [
  ...shared,
  `if [ -f "$c" ] && mine; then rm -f "$c" || say "failed $c"; fi`,
  `rm -rf "$d" "$l" || say "failed $d"`,
  ...report,
];

/** Reads what the scripts did. Only reads, and only what root wrote: it reads as root, and the answer goes to pages. */
export const outcomeScript: readonly string[] = [
  ...shared,
  `say "now $(date +%s)"`,
  `say "local $(date '+%Y/%m/%d %H:%M:%S')"`,
  `say "utc $(date -u '+%Y/%m/%d %H:%M:%S')"`,
  'if own "$l"; then for s in pre post; do',
  `  if [ -f "$l/$s.result" ]; then say "$s $(cat "$l/$s.result")"; elif [ -f "$l/$s.started" ]; then say "$s $(cat "$l/$s.started")"; fi`,
  `  if [ -f "$l/$s.out" ]; then say "out-$s $(tail -c ${OUTPUT_BYTES} "$l/$s.out" | base64 | tr -d '\\n')"; fi`,
  "done; fi",
  "v=/var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux",
  `g=$(ls -t "$v"/*/extension.log "$v/extension.log" 2>/dev/null | head -n 1)`,
  `if [ -f "$g" ] && own /var/log/azure && own "$v" && own "$g"; then say "log $(grep -E 'Prescript|Postscript|FailedPrepost' "$g" | tail -n ${LOG_LINES} | tail -c ${LOG_BYTES} | base64 | tr -d '\\n')"; fi`,
  "say end",
];
