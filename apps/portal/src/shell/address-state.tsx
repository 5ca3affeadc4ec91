"use client";
import { NuqsAdapter } from "nuqs/adapters/next/app";

/** Lets a page keep its state in the address. Only around pages that do, so that the others load less. */
export const AddressState = NuqsAdapter;
