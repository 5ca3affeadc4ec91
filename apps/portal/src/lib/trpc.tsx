"use client";
import type { AppRouter } from "@kluis/api/types";
import { createTRPCContext } from "@trpc/tanstack-react-query";

/** The typed API in components: `useTRPC()` gives query, mutation and subscription options. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
