import { describe, expect, it } from 'vitest';
import { createAbortGroup, type Abortable } from '../../src/redcap/abort-group.ts';

function member(name: string, ended: string[], onEnd?: () => void): Abortable {
  return {
    onAbort() {
      ended.push(name);
      onEnd?.();
    },
  };
}

describe('createAbortGroup', () => {
  it('ends everything that is still in it, once', () => {
    const ended: string[] = [];
    const group = createAbortGroup();
    const stop = new AbortController();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => member(name, ended)) as [
      Abortable,
      Abortable,
      Abortable,
    ];
    for (const one of [a, b, c]) expect(group.add(stop.signal, one)).toBe(true);
    group.remove(stop.signal, a);
    group.remove(stop.signal, a);
    stop.abort();
    expect(ended.toSorted()).toEqual(['b', 'c']);
    expect(group.add(stop.signal, a)).toBe(false);
    expect(ended).toHaveLength(2);
  });

  it('spares what another one took out while it ended', () => {
    const ended: string[] = [];
    const group = createAbortGroup();
    const stop = new AbortController();
    const later = member('later', ended);
    group.add(
      stop.signal,
      member('first', ended, () => {
        group.remove(stop.signal, later);
      }),
    );
    group.add(stop.signal, later);
    stop.abort();
    expect(ended).toEqual(['first']);
  });

  it('keeps signals apart', () => {
    const ended: string[] = [];
    const group = createAbortGroup();
    const one = new AbortController();
    const other = new AbortController();
    group.add(one.signal, member('one', ended));
    group.add(other.signal, member('other', ended));
    other.abort();
    expect(ended).toEqual(['other']);
  });
});
