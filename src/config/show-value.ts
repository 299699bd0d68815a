const TOKEN_LIKE = /[0-9a-f]{32,}/gi;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;
const LONGEST = 120;

/** Whether the text holds a run of 32 hexadecimal digits or more, as a token pasted in the wrong place does. */
export function looksLikeToken(text: string): boolean {
  return text.search(TOKEN_LIKE) !== -1;
}

/** The text with everything that may be a token taken out: for messages that repeat what a user typed. */
export function hideTokens(text: string): string {
  return text.replace(TOKEN_LIKE, '(not shown)');
}

/**
 * A value that a user gave, quoted for a message: one line, not endless, and
 * without anything that may be a token or a credential.
 */
export function showValue(text: string): string {
  const line = hideTokens(text.replace(/\/\/[^/\s]*@/g, '//(not shown)@')).replace(CONTROL, ' ');
  return line.length > LONGEST ? `"${line.slice(0, LONGEST)}…"` : `"${line}"`;
}
