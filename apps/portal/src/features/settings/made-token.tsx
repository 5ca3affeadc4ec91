"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Check } from "#ui/field.tsx";

/** The secret of a new token. It is shown only here, so the dialog stays until the user confirms to have copied it. */
export function MadeToken({ secret, onClose }: { secret: string; onClose: () => void }) {
  const t = useTranslations("settings");
  const [copied, setCopied] = useState(false);
  return (
    <Dialog
      open
      mustConfirm
      onOpenChange={onClose}
      title={t("create.madeTitle")}
      footer={
        <Button tone="primary" disabledReason={copied ? null : t("create.doneReason")} onClick={onClose}>
          {t("create.done")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Alert tone="warn" title={t("create.madeText")} />
        <div className="rounded-md border border-line bg-sunken px-3 py-2">
          <Copyable value={secret} what={t("create.tokenName")} className="w-full justify-between" />
        </div>
        <section>
          <h3 className="eyebrow mb-1">{t("create.use")}</h3>
          <code
            data-value
            className="block rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs"
          >
            KLUIS_TOKEN=… npx kluis vms
          </code>
        </section>
        <Check
          checked={copied}
          onChange={(event) => setCopied(event.target.checked)}
          label={t("create.copied")}
        />
      </div>
    </Dialog>
  );
}
