// Small parts of all screens.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { runs, type Char, type Mark } from "./marks";
import { words } from "./server";

/** Text with its masks marked: by shape and words as well as by colour. */
export function Marked({ chars, marks, opened }: { chars: Char[]; marks: Mark[]; opened?: Set<number> }) {
  return (
    <>
      {runs(chars).map((run) => {
        const mark = marks[run.mark];
        if (!mark) return run.text;
        const open = opened?.has(run.mark) ?? false;
        const state = open ? "original" : mark.discarded ? "discarded" : "masked";
        const said = `${state}: ${mark.type} (${mark.rule}), ${mark.length} characters`;
        return (
          <mark class={state} title={said}>
            <span class="unseen">{state} {mark.type}: </span>
            {run.text}
          </mark>
        );
      })}
    </>
  );
}

export function Notice({ kind, children }: { kind: "wrong" | "still"; children: ComponentChildren }) {
  return (
    <p class={`notice ${kind}`} role={kind === "wrong" ? "alert" : "status"}>
      {children}
    </p>
  );
}

export function Field({ label, hint, children }: { label: string; hint?: string; children: ComponentChildren }) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
      {hint && <small>{hint}</small>}
    </label>
  );
}

export const clock = (at: number): string => new Date(at).toLocaleTimeString(undefined, { hour12: false });

/** What comes of asking, with the error in words. It is forgotten when one of `of` changes, and only renewed when one of `fresh` does. */
export function useAsked<T>(
  ask: () => Promise<T>,
  of: unknown[],
  fresh: unknown[] = [],
): { told?: T; error?: string; again: () => void } {
  const [state, set] = useState<{ told?: T; error?: string }>({});
  const [round, next] = useState(0);
  const newest = useRef(0);
  useEffect(() => set({}), of);
  useEffect(() => {
    const own = ++newest.current;
    ask().then(
      (told) => own === newest.current && set({ told }),
      (error) => own === newest.current && set({ error: words(error) }),
    );
  }, [...of, ...fresh, round]);
  return { ...state, again: () => next(round + 1) };
}
