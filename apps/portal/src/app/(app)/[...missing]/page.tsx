import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("shell"))("notFoundTitle") };
}

/** Any other address: answers 404 inside the frame, with the navigation at hand. */
export default function MissingPage(): never {
  notFound();
}
