/** Gives the value of `[field]` or `[event][field]` on the row in question. */
type Lookup = (field: string, event: string | undefined) => string;
export type Logic = (lookup: Lookup) => boolean;

const TOKEN =
  /\s*(?:(\[[^\]]+\](?:\[[^\]]+\])?)|'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)|(<>|!=|<=|>=|=|<|>)|([()])|(and|or)\b)/iy;

type Token = {
  readonly kind: 'field' | 'value' | 'operator' | 'word' | 'bracket';
  readonly text: string;
};

/**
 * Reads the part of REDCap's logic that rehearsals need: comparisons of fields
 * and values, `and`, `or`, brackets. Undefined for anything else, which the
 * API answers with an error.
 */
export function parseLogic(
  text: string,
  isKnown: (field: string, event: string | undefined) => boolean,
): Logic | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined) return undefined;
  let at = 0;
  const take = (kind: Token['kind'], wanted?: string): string | undefined => {
    const token = tokens[at];
    if (token?.kind !== kind || (wanted !== undefined && token.text !== wanted)) return undefined;
    at += 1;
    return token.text;
  };
  const parseOperand = (): ((lookup: Lookup) => string) | undefined => {
    const value = take('value');
    if (value !== undefined) return () => value;
    const names = take('field')?.slice(1, -1).split('][');
    const field = names?.at(-1);
    const event = names?.length === 2 ? names[0] : undefined;
    if (field === undefined || !isKnown(field, event)) return undefined;
    return (lookup) => lookup(field, event);
  };
  const parseTerm = (): Logic | undefined => {
    if (take('bracket', '(') !== undefined) {
      const inner = parseOr();
      return take('bracket', ')') === undefined ? undefined : inner;
    }
    const left = parseOperand();
    const operator = take('operator');
    const right = parseOperand();
    if (left === undefined || operator === undefined || right === undefined) return undefined;
    return (lookup) => compare(left(lookup), operator, right(lookup));
  };
  const parseChain = (word: string, parsePart: () => Logic | undefined): Logic | undefined => {
    const parts: Logic[] = [];
    do {
      const part = parsePart();
      if (part === undefined) return undefined;
      parts.push(part);
    } while (take('word', word) !== undefined);
    return word === 'and'
      ? (lookup) => parts.every((part) => part(lookup))
      : (lookup) => parts.some((part) => part(lookup));
  };
  const parseOr = (): Logic | undefined => parseChain('or', () => parseChain('and', parseTerm));
  const logic = parseOr();
  return at === tokens.length ? logic : undefined;
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const whole = text.trimEnd();
  while (pattern.lastIndex < whole.length) {
    const found = pattern.exec(whole);
    if (found === null) return undefined;
    const [, field, single, double, number, operator, bracket, word] = found;
    const value = single ?? double ?? number;
    if (field !== undefined) tokens.push({ kind: 'field', text: field });
    else if (value !== undefined) tokens.push({ kind: 'value', text: value });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator });
    else if (bracket !== undefined) tokens.push({ kind: 'bracket', text: bracket });
    else tokens.push({ kind: 'word', text: (word ?? '').toLowerCase() });
  }
  return tokens;
}

function compare(left: string, operator: string, right: string): boolean {
  const numeric = isNumber(left) && isNumber(right);
  const order = numeric ? Number(left) - Number(right) : left < right ? -1 : left > right ? 1 : 0;
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    default:
      return order >= 0;
  }
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}
