import { showName } from '../words/names.ts';

const TOKEN_LIKE = /[0-9a-f]{32,}/gi;
/** With the mark of a cut. */
const LONGEST = 121;

/** Whether the text holds a run of 32 hexadecimal digits or more, as a token pasted in the wrong place does. */
export function looksLikeToken(text: string): boolean {
  return text.search(TOKEN_LIKE) !== -1;
}

/** The text with everything that may be a token taken out: for messages that repeat what a user typed. */
export function hideTokens(text: string): string {
  return text.replace(TOKEN_LIKE, '(not shown)');
}

/**
 * A value that a user gave, as a message shows it: without anything that may be
 * a token or a credential.
 */
export function showValue(text: string): string {
  const safe = hideTokens(text.replace(/\/\/[^/\s]*@/g, '//(not shown)@'));
  return showName(safe, 'quoted', LONGEST);
}
