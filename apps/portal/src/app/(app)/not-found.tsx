import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NotFoundPage } from "#shell/not-found.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("shell"))("notFoundTitle") };
}

/** An address without a page, inside the frame. */
export default function NotFound() {
  return <NotFoundPage />;
}
