"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useTRPC } from "#lib/trpc.tsx";
import { useErrorView } from "#lib/use-error-view.ts";
import { Button } from "#ui/button.tsx";
import { Field, Input } from "#ui/field.tsx";

/** The code that makes the user the first owner. */
export function ClaimForm() {
  const t = useTranslations("tokens");
  const trpc = useTRPC();
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const claim = useMutation(
    // The frame of the pages is rendered again, with the new role.
    trpc.claim.use.mutationOptions({ onSuccess: () => window.location.assign("/") }),
  );
  const describe = useErrorView();
  const refused = claim.error === null ? null : describe(claim.error);
  const problem = tried && isEmpty(code) ? t("claim.codeWrong") : refused?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isEmpty(code)) claim.mutate({ code: code.trim() });
  };
  return (
    <form className="mt-6 flex flex-col gap-4" noValidate onSubmit={submit}>
      <Field label={t("claim.code")} hint={t("claim.codeHint")} error={problem}>
        <Input
          value={code}
          className="h-10 font-mono uppercase"
          autoComplete="off"
          spellCheck={false}
          maxLength={60}
          onChange={(event) => setCode(event.target.value)}
        />
      </Field>
      {refused === null ? null : <p className="text-sm text-muted">{refused.action}</p>}
      <Button tone="primary" type="submit" busy={claim.isPending || claim.isSuccess}>
        {t("claim.submit")}
      </Button>
    </form>
  );
}

function isEmpty(code: string): boolean {
  return code.trim() === "";
}
