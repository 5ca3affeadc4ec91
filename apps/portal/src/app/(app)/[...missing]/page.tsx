import { notFound } from "next/navigation";
import { titleOf } from "#lib/page-title.ts";

export const generateMetadata = titleOf("missing");

/** Any other address: answers 404 inside the frame, with the navigation at hand. */
export default function MissingPage(): never {
  notFound();
}
