import type { PolicyDocument } from "@kluis/domain";

/** The editor's values of the transfer window. */
export interface TransferForm {
  moves: "always" | "window";
  transferFrom: string;
  transferTo: string;
  /** ISO weekdays as text, because native check boxes hold text. */
  transferDays: string[];
  /** MiB per second; empty: no limit. */
  bandwidth: string;
}

export const isoWeekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const everyDay: readonly string[] = isoWeekdays.map(String);

/** Values of the window's fields while it is not used. */
export const emptyTransfer: TransferForm = {
  moves: "always",
  transferFrom: "22:00",
  transferTo: "06:00",
  transferDays: [...everyDay],
  bandwidth: "",
};

export function transferFormOf({ transfer }: Pick<PolicyDocument, "transfer">): TransferForm {
  const window = transfer?.window ?? null;
  const bandwidth = transfer?.bandwidth === undefined ? "" : String(transfer.bandwidth);
  if (window === null) return { ...emptyTransfer, transferDays: [...everyDay], bandwidth };
  return {
    moves: "window",
    transferFrom: window.from,
    transferTo: window.to,
    transferDays: (window.days ?? isoWeekdays).map(String),
    bandwidth,
  };
}

/** The field of the document, not checked yet; nothing without a window and a limit, so that such policies stay as they are. */
export function transferDraft(form: TransferForm): { readonly transfer?: unknown } {
  const window = windowDraft(form);
  const text = form.bandwidth.trim();
  if (text === "") return window === null ? {} : { transfer: { window } };
  return { transfer: { window, bandwidth: /^\d+$/u.test(text) ? Number(text) : text } };
}

function windowDraft(form: TransferForm): unknown {
  if (form.moves === "always") return null;
  const days = isoWeekdays.filter((day) => form.transferDays.includes(String(day)));
  const window = { from: form.transferFrom, to: form.transferTo };
  return days.length === everyDay.length ? window : { days, ...window };
}

/** The form's field for a path within `transfer`. */
export function transferField([first, part]: readonly string[]): keyof TransferForm {
  if (first === "bandwidth") return "bandwidth";
  if (part === "days") return "transferDays";
  return part === "to" ? "transferTo" : "transferFrom";
}
