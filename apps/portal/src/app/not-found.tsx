import { Mark } from "#shell/logo.tsx";
import { LinkButton } from "#ui/button.tsx";

/** An address that leads nowhere. */
export default function NotFound() {
  return (
    <main className="grid min-h-[70dvh] place-items-center p-6 text-center">
      <div>
        <Mark className="mx-auto mb-4 size-10 text-faint" />
        <h1 className="text-2xl font-semibold tracking-tight">There is nothing at this address</h1>
        <p className="mt-1 mb-5 text-muted">It may have moved, or you may not be allowed to see it.</p>
        <LinkButton tone="primary" href="/">
          Go to the overview
        </LinkButton>
      </div>
    </main>
  );
}
