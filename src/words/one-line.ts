const LONGEST = 500;
/** White space, controls (those of terminals too), line and direction marks: one blank each run. */
const BREAKS = /[\s\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu;
/** What a spreadsheet takes for the start of a formula, full-width forms included. */
const FORMULA = /^[=+\-@＝＋－＠]/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * A text as one line that is safe in a terminal, a CSV cell and a spreadsheet,
 * of at most `max` UTF-16 units and cut at a character's border. Redact first.
 */
export function oneLine(text: string, max = LONGEST): string {
  // Nothing behind this can be shown, and server pages may be megabytes.
  const head = text.slice(0, max * 40);
  const line = head.replace(LONE_SURROGATES, '\ufffd').replace(BREAKS, ' ').trim();
  return cut(FORMULA.test(line) ? `'${line}` : line, max);
}

function cut(line: string, max: number): string {
  if (line.length <= max) return line;
  const end = max - 1;
  const code = line.charCodeAt(end - 1);
  const splitsPair = code >= 0xd800 && code <= 0xdbff;
  return `${line.slice(0, splitsPair ? end - 1 : end).trimEnd()}…`;
}
