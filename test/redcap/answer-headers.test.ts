import { describe, expect, it } from 'vitest';
import { CleanedHeaders, RawHeaders } from '../../src/redcap/answer-headers.ts';
import { knownHeaders } from './known-headers.ts';

const raw = (...texts: string[]): RawHeaders =>
  new RawHeaders(texts.map((text) => Buffer.from(text, 'latin1')));

describe('headers as they came', () => {
  const headers = raw(
    'Retry-After',
    '3',
    'X-Odd',
    'caf\xe9',
    'VIA',
    'one',
    'Via',
    'other',
    'E',
    '',
  );

  it.each([
    ['retry-after', '3'],
    ['x-odd', 'caf\xe9'],
    ['via', 'one, other'],
    ['e', ''],
    ['retry-afte', undefined],
    ['retry_after', undefined],
    ['__proto__', undefined],
  ])('%s: %j', (name, value) => {
    expect(headers.get(name)).toBe(value);
  });

  it('may be none', () => {
    expect(raw().get('date')).toBeUndefined();
  });
});

it('headers can be cleaned before anybody sees them', () => {
  const headers = new CleanedHeaders(knownHeaders({ date: 'token' }), () => '***');
  expect([headers.get('date'), headers.get('age')]).toEqual(['***', undefined]);
});
