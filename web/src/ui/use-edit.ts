import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, tagOf } from '../api/client.ts';

/** One field of what is edited, in words. */
export interface EditPart {
  label: string;
  value: string;
}

interface EditOptions<T> {
  /** It is looked at when something is sent and not before: for a row of a list, of which there are many. */
  late?: boolean;
  /** What the form began with, as some list had it; null: a new one, which nobody else can have changed. */
  shown: T | null;
  path: string;
  read: () => Promise<T>;
  /** The fields that the form edits: a change of anything else is no conflict. */
  parts: (value: T) => readonly EditPart[];
}

/** An edit that overwrites nothing unseen: it names the state that the person looked at, and shows theirs beside yours. */
export function useEdit<T>({ shown, path, read, parts, late = false }: EditOptions<T>) {
  const [theirs, setTheirs] = useState<T | null>(null);
  const seen = useRef<Promise<{ value: T; tag: string | undefined } | undefined>>(undefined);
  const steps = useRef({ look: async () => ({ value: await read(), tag: tagOf(path) }), parts });
  steps.current.parts = parts;
  const begun = useRef(shown);
  const begin = useCallback((first: T) => {
    const { look, parts: partsOf } = steps.current;
    seen.current = look().then(
      (now) => {
        if (!same(partsOf(now.value), partsOf(first))) setTheirs(now.value);
        return now;
      },
      // The edit itself will say what is wrong.
      () => undefined,
    );
  }, []);
  useEffect(() => {
    if (begun.current !== null && !late && !seen.current) begin(begun.current);
  }, [late, begin]);

  async function send<R>(edit: (tag: string | undefined) => Promise<R>): Promise<R> {
    if (late && shown !== null && !seen.current) {
      const now = await steps.current.look();
      seen.current = Promise.resolve(now);
      if (!same(parts(now.value), parts(shown))) {
        setTheirs(now.value);
        throw new ApiError({ title: 'It has been changed since you read it', status: 409, code: 'conflict' });
      }
    }
    const was = await seen.current;
    try {
      return await edit(was?.tag);
    } catch (error) {
      if (!was || !(error instanceof ApiError) || error.code !== 'conflict') throw error;
      const now = await steps.current.look();
      seen.current = Promise.resolve(now);
      if (same(parts(now.value), parts(was.value))) return edit(now.tag);
      setTheirs(now.value);
      throw error;
    }
  }

  /** For a form that stays: the next edit begins from what is shown from now on. */
  function again(next: T): void {
    setTheirs(null);
    seen.current = undefined;
    if (!late) begin(next);
  }
  return { theirs, send, again };
}

/** The conflict is told by showing theirs: it is not a failure besides. */
export function conflicting(error: unknown, theirs: unknown): boolean {
  return theirs !== null && error instanceof ApiError && error.code === 'conflict';
}

function same(one: readonly EditPart[], other: readonly EditPart[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
