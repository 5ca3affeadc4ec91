"use client";
import { useEffect, useRef, useState } from "react";

/** The value, updated at most every `ms` milliseconds: for live regions, which must not speak without pause. */
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
