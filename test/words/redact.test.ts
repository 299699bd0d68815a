import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/words/one-line.ts';

const TOKEN = '0123456789ABCDEF0123456789ABCDEF';

describe('createRedactor', () => {
  it.each([
    ['nothing to hide', 'nothing to hide'],
    [`token ${TOKEN} is bad`, 'token *** is bad'],
    [`token ${TOKEN.toLowerCase()} is bad`, 'token *** is bad'],
    [`${TOKEN}${TOKEN}`, '******'],
    ['', ''],
  ])('%j becomes %j', (text, clean) => {
    expect(createRedactor([TOKEN])(text)).toBe(clean);
  });

  it('hides each secret whole, one that holds another one included', () => {
    const redact = createRedactor(['pass', 'password.+', TOKEN]);
    expect(redact('password.+ pass passwordx')).toBe('*** *** ***wordx');
  });

  it('leaves words alone that are no secret', () => {
    expect(createRedactor(['', 'a'])('a banana')).toBe('a banana');
  });
});
