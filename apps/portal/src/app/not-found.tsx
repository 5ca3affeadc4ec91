import { NotFoundPage } from "#shell/not-found.tsx";

/** Without the frame: only reached when the signed-in layout does not apply. */
export default function NotFound() {
  return (
    <main>
      <NotFoundPage />
    </main>
  );
}
