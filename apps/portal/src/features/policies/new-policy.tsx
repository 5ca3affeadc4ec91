"use client";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { PolicyEditor } from "#features/policies/policy-editor.tsx";
import { freeName } from "#features/policies/policy-names.ts";
import { failureOf } from "#lib/failure.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Card } from "#ui/card.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

/** The page that creates a policy, from nothing or as a copy of the one in the address (`from`). */
export function NewPolicy() {
  const t = useTranslations("policies");
  const refusal = useRefusal("policy:write");
  return (
    <Page>
      <PageHeader
        title={t("create")}
        crumbs={[{ label: t("title"), href: "/policies" }]}
        description={t("lead")}
      />
      {refusal === null ? <Loaded /> : <ErrorState error={failureOf("FORBIDDEN")} />}
    </Page>
  );
}

function Loaded() {
  const actions = useTranslations("policyActions");
  const trpc = useTRPC();
  const [from] = useQueryState("from", parseAsString);
  const offers = useQuery(trpc.policies.offers.queryOptions());
  const source = useQuery(trpc.policies.get.queryOptions(from === null ? skipToken : { policy: from }));
  const others = useQuery(trpc.policies.list.queryOptions(from === null ? skipToken : undefined));
  const failed = [offers, source, others].find(({ error }) => error !== null);
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (offers.data === undefined) return <Loading />;
  if (from === null) return <PolicyEditor offers={offers.data} />;
  if (source.data === undefined || others.data === undefined) return <Loading />;
  const taken = others.data.map(({ name }) => name);
  const name = freeName(`${source.data.name}-${actions("copySuffix")}`, taken);
  return <PolicyEditor offers={offers.data} copyOf={{ ...source.data, name }} />;
}

function Loading() {
  return (
    <Card>
      <SkeletonLines lines={6} />
    </Card>
  );
}
