import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createAbortListeners } from '../../src/redcap/abort-listeners.ts';

test('an abort ends those that are left, each once', () => {
  const aborting = new AbortController();
  const listeners = createAbortListeners();
  const ended: string[] = [];
  const [first, second, third] = ['first', 'second', 'third'].map((name) => () => {
    ended.push(name);
    // As a request does that is given up.
    listeners.remove(aborting.signal, first);
    listeners.remove(aborting.signal, third);
  }) as [() => void, () => void, () => void];
  for (const end of [first, second, third]) expect(listeners.add(aborting.signal, end)).toBe(true);
  listeners.remove(aborting.signal, second);
  aborting.abort();
  expect(ended.toSorted()).toEqual(['first', 'third']);
});

test('a signal gets one listener, however many requests come and go', () => {
  const { signal } = new AbortController();
  const listeners = createAbortListeners();
  for (let n = 0; n < 100; n += 1) {
    const end = (): void => undefined;
    listeners.add(signal, end);
    if (n % 2 === 0) listeners.remove(signal, end);
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
});

test('signals are kept apart, and one that has aborted takes nobody', () => {
  const one = new AbortController();
  const other = new AbortController();
  const listeners = createAbortListeners();
  const ended: string[] = [];
  listeners.add(one.signal, () => ended.push('one'));
  listeners.add(other.signal, () => ended.push('other'));
  other.abort();
  expect(ended).toEqual(['other']);
  expect(listeners.add(other.signal, () => ended.push('late'))).toBe(false);
  expect(ended).toEqual(['other']);
});
