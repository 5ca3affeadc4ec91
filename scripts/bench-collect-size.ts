/** Packs of a segment: 1 GiB in packs of 8 MiB, and packs of later changes. */
export const PACKS_PER_SEGMENT = 160;
