"use client";
import { useEffect, useRef, useState } from "react";

/** Returns the value, updated at most every `ms` milliseconds, so that a live region does not flood screen readers. */
export function useThrottled(value: string, ms: number): string {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);
  useEffect(() => {
    const handle = setInterval(() => setShown(latest.current), ms);
    return () => clearInterval(handle);
  }, [ms]);
  return shown;
}
