import { bytesView } from "@kluis/domain";

/** What a transfer did, in bytes: the fields that jobs, points and their disks share. */
export const transferBytes = {
  readBytes: bytesView,
  changedBytes: bytesView,
  movedBytes: bytesView,
  storedBytes: bytesView,
};
