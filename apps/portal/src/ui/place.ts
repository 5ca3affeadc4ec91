/** Where a small box goes beside its anchor: above it and centered, below where there is no room, inside the window. */

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const gap = 6;
const margin = 4;

export function placeBeside(
  anchor: Box,
  box: Pick<Box, "width" | "height">,
  view: { readonly width: number; readonly height: number },
): { readonly left: number; readonly top: number } {
  const above = anchor.top - box.height - gap;
  const centered = anchor.left + anchor.width / 2 - box.width / 2;
  return {
    left: Math.max(margin, Math.min(centered, view.width - box.width - margin)),
    top: above >= margin ? above : anchor.top + anchor.height + gap,
  };
}
