"use client";
import { useEffect, useState } from "react";

/** Returns the value after it has not changed for `ms` milliseconds. Compares by JSON. */
export function useDebounced<T extends object | string | number | null>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const handle = setTimeout(() => setSettled(JSON.parse(key) as T), ms);
    return () => clearTimeout(handle);
  }, [key, ms]);
  return settled;
}
