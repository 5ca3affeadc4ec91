"use client";
import { CSPProvider } from "@base-ui/react/csp-provider";
import type { AppRouter } from "@kluis/api/types";
import { limits } from "@kluis/domain";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { type ReactNode, useState } from "react";
import { isRetryable, readFailure } from "#lib/failure.ts";
import { type WantedChange, wantedChange } from "#lib/second-person.ts";
import { TRPCProvider } from "#lib/trpc.tsx";
import type { Viewer } from "#lib/viewer.ts";
import { SecondPerson } from "#shell/second-person.tsx";
import { ViewerProvider } from "#shell/viewer-context.tsx";
import { Toasts } from "#ui/toast.tsx";

const apiPath = "/api/trpc";

/** When the session has ended, goes to the sign-in page, which leads back here. */
function onFailure(error: unknown): void {
  const { code } = readFailure(error);
  if (code !== "NOT_SIGNED_IN" || typeof window === "undefined") return;
  const next = encodeURIComponent(window.location.pathname + window.location.search);
  window.location.assign(`/signed-out?reason=ended&next=${next}`);
}

function createQueryClient(onWanted: (wanted: WantedChange) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: onFailure }),
    mutationCache: new MutationCache({
      onError: (...[error, variables, , { options }]) => {
        onFailure(error);
        const wanted = wantedChange(error, { variables, mutationKey: options.mutationKey });
        if (wanted !== null) onWanted(wanted);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < 2 && isRetryable(readFailure(error)),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}

function createClient() {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({ url: apiPath }),
        false: httpBatchLink({ url: apiPath, maxURLLength: 4000, maxItems: limits.requestBatchMost }),
      }),
    ],
  });
}

export interface ProvidersProps {
  readonly nonce: string | undefined;
  readonly viewer: Viewer;
  readonly children: ReactNode;
}

/** The context of the signed-in pages: API, queries, user, toasts. */
export function Providers({ nonce, viewer, children }: ProvidersProps) {
  const [wanted, setWanted] = useState<WantedChange | null>(null);
  const [queryClient] = useState(() => createQueryClient(setWanted));
  const [client] = useState(createClient);
  return (
    <CSPProvider {...(nonce === undefined ? {} : { nonce })}>
      <QueryClientProvider client={queryClient}>
        <TRPCProvider trpcClient={client} queryClient={queryClient}>
          <ViewerProvider viewer={viewer}>
            {children}
            <SecondPerson wanted={wanted} onClose={() => setWanted(null)} />
            <Toasts />
          </ViewerProvider>
        </TRPCProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}
