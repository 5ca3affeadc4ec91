"use client";
import { Printer } from "lucide-react";
import { useTranslations } from "next-intl";
import { createPortal } from "react-dom";
import { QrCode } from "#features/settings/keys/qr-code.tsx";
import type { NewPaperKey } from "#lib/api-types.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";

interface PapersProps {
  readonly made: NewPaperKey;
  readonly onDone: () => void;
}

/** A new key on paper: shown once, with its groups and a QR code, and a sheet to print for each. */
export function PapersDialog({ made, onDone }: PapersProps) {
  const t = useTranslations("vaultKeys");
  return (
    <Dialog
      open
      mustConfirm
      onOpenChange={onDone}
      title={t("paperTitle")}
      footer={
        <>
          <Button icon={<Printer aria-hidden="true" />} onClick={() => window.print()}>
            {t("print")}
          </Button>
          <Button tone="primary" onClick={onDone}>
            {t("done")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Alert tone="warn" title={t("paperText")} />
        {made.papers.map((paper) => (
          <section key={paper.number} className="flex flex-col gap-2">
            <h3 className="text-sm font-medium">
              <PaperTitle made={made} number={paper.number} />
            </h3>
            <Groups text={paper.text} />
            <QrCode text={paper.text} title={t("qr")} />
          </section>
        ))}
      </div>
      <PrintSheets made={made} />
    </Dialog>
  );
}

function PaperTitle({ made, number }: { readonly made: NewPaperKey; readonly number: number }) {
  const t = useTranslations("vaultKeys");
  const { papers, threshold, setId } = made;
  if (threshold === null) return t("paperOne");
  const share = t("paperShare", {
    number: String(number),
    count: String(papers.length),
    threshold: String(threshold),
  });
  return `${share} · ${t("set", { id: setId ?? "" })}`;
}

/** Groups of five with a check character: a typing error is found in its group. */
function Groups({ text }: { readonly text: string }) {
  const groups = text.split(/[\s-]+/);
  return (
    <ol data-secret className="grid grid-cols-3 gap-x-4 gap-y-1 font-mono text-base tracking-wide">
      {groups.map((group, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups never move, and two may be equal.
        <li key={at} className="flex items-baseline gap-1.5">
          <span className="w-4 text-right text-2xs text-faint select-none">{at + 1}</span>
          {group}
        </li>
      ))}
    </ol>
  );
}

/** One sheet of paper a key or share; on screen they are hidden. */
function PrintSheets({ made }: { readonly made: NewPaperKey }) {
  const t = useTranslations("vaultKeys");
  const { vault, keyId, label, threshold } = made;
  return createPortal(
    <div className="print-sheets hidden print:block">
      {made.papers.map(({ number, text }) => (
        <section key={number} className="flex break-after-page flex-col gap-6 p-8">
          <h1 className="text-2xl font-semibold">{t("sheetTitle")}</h1>
          <p className="text-lg">
            <PaperTitle made={made} number={number} />
          </p>
          <dl className="grid grid-cols-[8rem_1fr] gap-1">
            <dt>{t("sheetVault")}</dt>
            <dd>{`${vault.name} (${vault.id})`}</dd>
            <dt>{t("sheetKey")}</dt>
            <dd>{keyId}</dd>
            <dt>{t("sheetLabel")}</dt>
            <dd>{label}</dd>
          </dl>
          <Groups text={text} />
          <QrCode text={text} title={t("qr")} />
          <p>{threshold === null ? t("sheetHow") : t("sheetHowShare", { threshold: String(threshold) })}</p>
        </section>
      ))}
    </div>,
    document.body,
  );
}
