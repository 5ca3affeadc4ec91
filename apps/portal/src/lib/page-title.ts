import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { AppMessages } from "#messages/index.ts";

type PageName = keyof AppMessages["shell"]["pages"];

/** The `generateMetadata` of a page: its name in the language of the request. */
export function titleOf(page: PageName): () => Promise<Metadata> {
  return async () => {
    const t = await getTranslations("shell");
    return { title: t(`pages.${page}`) };
  };
}
