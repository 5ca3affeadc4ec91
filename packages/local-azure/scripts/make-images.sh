#!/bin/sh
# Makes the disks of the demo fleet, with real ext4 and NTFS file systems in GPT partitions, and packs them into ../images.
#
# For each disk: stage a folder tree (make-images/trees.ts), make a file system of it, put it behind a partition table,
# pack it. Large files have computed content (src/fleet/fill.ts): the packer finds their blocks in the finished disk and
# keeps a line in the recipe (NAME.json) for them. All other non-zero blocks are in NAME.zst.
# At the end each shipped disk is unpacked, compared with its SHA-256 and checked.
#
# Needs: node >= 24, e2fsprogs (mke2fs, e2fsck), ntfs-3g (mkntfs, ntfs-3g, ntfsfix), FUSE, and root to set owners and mount.
# An ext4 image is the same on every run except for inode change times. NTFS has new times and serial numbers.
#
#   make-images.sh [NAME...]   make these disks (default: all)
#   make-images.sh --check     only unpack and check the shipped disks
set -eu

here=$(cd "$(dirname "$0")" && pwd)
images=$(cd "$here/.." && pwd)/images
# Use the Node that the workspace pins.
PATH=$(cd "$here/../../.." && pwd)/node_modules/.bin:$PATH
work=$(mktemp -d)
mounted=
cleanup() {
  [ -z "$mounted" ] || umount "$mounted" || true
  rm -rf "$work"
}
trap cleanup EXIT INT TERM
step() { node "$here/make-images/main.ts" "$@"; }

make_ext4() { # FOLDER PARTITION LABEL NAME
  uuid=$(printf %s "$4" | sha256sum | sed -E 's/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/\1-\2-\3-\4-\5/')
  E2FSPROGS_FAKE_TIME=1793512800 mke2fs -q -F -t ext4 -L "$3" -U "$uuid" -J size=16 \
    -E "hash_seed=$uuid,lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0" -d "$1" "$2"
  e2fsck -fn "$2" >/dev/null
}

make_ntfs() { # FOLDER PARTITION LABEL START_SECTOR
  mkntfs -q -Q -F -L "$3" -p "$4" -H 255 -S 63 -s 512 "$2"
  mkdir -p "$work/mount"
  ntfs-3g "$2" "$work/mount"
  mounted=$work/mount
  cp -r "$1/." "$work/mount/"
  umount "$work/mount"
  mounted=
  ntfsfix -n "$2" >/dev/null
}

check() { # NAME
  step unpack "$1" "$images" "$work/check.raw"
  wanted=$(sed -E 's/.*"sha256":"([0-9a-f]{64})".*/\1/' "$images/$1.json")
  got=$(sha256sum "$work/check.raw" | cut -d ' ' -f 1)
  [ "$wanted" = "$got" ] || { echo "$1: SHA-256 differs: $got, wanted $wanted" >&2; exit 1; }
  step facts "$1" | {
    read -r fs start size _
    dd if="$work/check.raw" of="$work/check.part" bs=1M skip="$start" count="$size" conv=sparse status=none
    if [ "$fs" = ext4 ]; then e2fsck -fn "$work/check.part" >/dev/null; else ntfsfix -n "$work/check.part" >/dev/null; fi
  }
  printf '%-14s %6s KiB shipped, %5s MiB on disk, file system clean\n' "$1" \
    "$(du -ck "$images/$1.json" "$images/$1.zst" | tail -n 1 | cut -f 1)" "$(du -m "$work/check.raw" | cut -f 1)"
  rm -f "$work/check.raw" "$work/check.part"
}

make_disk() { # NAME
  step facts "$1" | {
    read -r fs start size label
    mkdir "$work/tree"
    step stage "$1" "$work/tree"
    truncate -s "${size}M" "$work/part"
    if [ "$fs" = ext4 ]; then make_ext4 "$work/tree" "$work/part" "$label" "$1"
    else make_ntfs "$work/tree" "$work/part" "$label" "$((start * 2048))"; fi
    step assemble "$1" "$work/part" "$work/disk"
    step pack "$1" "$work/disk" "$images"
    rm -rf "$work/tree" "$work/part" "$work/disk"
  }
}

mkdir -p "$images"
names=$(step names)
if [ "${1:-}" != --check ]; then
  for name in ${*:-$names}; do make_disk "$name"; done
fi
for name in $names; do check "$name"; done
du -ch "$images"/* | tail -n 1
