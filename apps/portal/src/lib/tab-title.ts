"use client";
import { useEffect } from "react";

/** Names the browser's tab after the object on the page; the server only knows the kind of page. */
export function useTabTitle(name: string): void {
  // After every render: a change of language sets the server's title again.
  useEffect(() => {
    document.title = `${name} · Kluis`;
  });
}
