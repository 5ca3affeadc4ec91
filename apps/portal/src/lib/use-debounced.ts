"use client";
import { useEffect, useState } from "react";

/** The last value that did not change for `ms` milliseconds. Values are compared by their JSON. */
export function useDebounced<T extends object | string | number | null>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const handle = setTimeout(() => setSettled(JSON.parse(key) as T), ms);
    return () => clearTimeout(handle);
  }, [key, ms]);
  return settled;
}
