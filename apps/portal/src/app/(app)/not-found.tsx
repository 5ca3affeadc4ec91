import { titleOf } from "#lib/page-title.ts";
import { NotFoundPage } from "#shell/not-found.tsx";

export const generateMetadata = titleOf("missing");

/** An address without a page, inside the frame. */
export default function NotFound() {
  return <NotFoundPage />;
}
