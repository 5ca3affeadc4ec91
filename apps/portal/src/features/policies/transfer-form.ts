import type { PolicyDocument } from "@kluis/domain";

/** The editor's values of the transfer window. */
export interface TransferForm {
  moves: "always" | "window";
  transferFrom: string;
  transferTo: string;
  /** ISO weekdays as text, because native check boxes hold text. */
  transferDays: string[];
}

export const isoWeekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const everyDay: readonly string[] = isoWeekdays.map(String);

/** Values of the window's fields while it is not used. */
export const emptyTransfer: TransferForm = {
  moves: "always",
  transferFrom: "22:00",
  transferTo: "06:00",
  transferDays: [...everyDay],
};

export function transferFormOf({ transfer }: Pick<PolicyDocument, "transfer">): TransferForm {
  const window = transfer?.window ?? null;
  if (window === null) return { ...emptyTransfer, transferDays: [...everyDay] };
  return {
    moves: "window",
    transferFrom: window.from,
    transferTo: window.to,
    transferDays: (window.days ?? isoWeekdays).map(String),
  };
}

/** The field of the document, not checked yet; nothing without a window, so that policies without one stay as they are. */
export function transferDraft(form: TransferForm): { readonly transfer?: unknown } {
  if (form.moves === "always") return {};
  const days = isoWeekdays.filter((day) => form.transferDays.includes(String(day)));
  const window = { from: form.transferFrom, to: form.transferTo };
  return { transfer: { window: days.length === everyDay.length ? window : { days, ...window } } };
}

/** The form's field for a path within `transfer.window`. */
export function transferField(part: string | undefined): keyof TransferForm {
  if (part === "days") return "transferDays";
  return part === "to" ? "transferTo" : "transferFrom";
}
