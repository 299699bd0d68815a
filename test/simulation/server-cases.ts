import type { Chance } from './random.ts';

/** What becomes of one deletion request: its effect, and its answer. */
export type DeleteCase = keyof typeof DELETE_CASES;

/**
 * `effect`: `none`, `now` (before the answer), `late` (perhaps long after the
 * client gave up), `twice` (something on the way sent it again, later).
 */
interface Shape {
  readonly effect: 'none' | 'now' | 'late' | 'twice';
  readonly answer:
    | 'true'
    /** Of the second one of two like requests: something on the way has sent it again. */
    | 'second'
    | 'reset'
    | 'timeout'
    | 'no_connection'
    | 'connect_timeout'
    | 'certificate'
    | { readonly status: number; readonly body: string; readonly retryAfter?: string };
}

const HTML = '<!DOCTYPE html><html><head><title>Oops</title></head><body>no API here</body></html>';
export const BAN_PAGE =
  '<html><body>Your IP address (10.0.0.1) has been banned due to suspected abuse.</body></html>';
const error = (text: string): string => JSON.stringify({ error: text });

export const DELETE_CASES = {
  fine: { effect: 'now', answer: 'true' },
  json: { effect: 'now', answer: { status: 200, body: '{"success":true}' } },
  lie: { effect: 'none', answer: { status: 200, body: '' } },
  reset_before: { effect: 'none', answer: 'reset' },
  reset_after: { effect: 'now', answer: 'reset' },
  reset_late: { effect: 'late', answer: 'reset' },
  timeout_before: { effect: 'none', answer: 'timeout' },
  timeout_after: { effect: 'now', answer: 'timeout' },
  timeout_late: { effect: 'late', answer: 'timeout' },
  twice: { effect: 'twice', answer: 'true' },
  doubled: { effect: 'now', answer: 'second' },
  no_connection: { effect: 'none', answer: 'no_connection' },
  connect_timeout: { effect: 'none', answer: 'connect_timeout' },
  certificate: { effect: 'none', answer: 'certificate' },
  error_500: { effect: 'none', answer: { status: 500, body: '' } },
  effect_500: { effect: 'now', answer: { status: 500, body: HTML } },
  effect_502: { effect: 'late', answer: { status: 502, body: HTML } },
  error_501: { effect: 'none', answer: { status: 501, body: error('not implemented') } },
  busy_408: { effect: 'none', answer: { status: 408, body: '' } },
  busy_429: { effect: 'none', answer: { status: 429, body: '' } },
  busy_short: { effect: 'none', answer: { status: 429, body: '', retryAfter: '3' } },
  busy_long: { effect: 'none', answer: { status: 429, body: '', retryAfter: '75' } },
  busy_huge: { effect: 'none', answer: { status: 429, body: '', retryAfter: '601' } },
  effect_503: { effect: 'now', answer: { status: 503, body: HTML, retryAfter: '2' } },
  effect_503_long: { effect: 'now', answer: { status: 503, body: HTML, retryAfter: '90' } },
  error_503_huge: { effect: 'none', answer: { status: 503, body: HTML, retryAfter: '7200' } },
  effect_503_huge: { effect: 'now', answer: { status: 503, body: HTML, retryAfter: '7200' } },
  html: { effect: 'none', answer: { status: 200, body: HTML } },
  html_after: { effect: 'now', answer: { status: 200, body: HTML } },
  other_2xx: { effect: 'now', answer: { status: 202, body: '' } },
  refused: { effect: 'none', answer: { status: 400, body: error('locked') } },
  forbidden: { effect: 'none', answer: { status: 403, body: error('no rights') } },
  forbidden_page: { effect: 'none', answer: { status: 403, body: HTML } },
  unauthorised: { effect: 'none', answer: { status: 401, body: error('bad token') } },
  not_found: { effect: 'none', answer: { status: 404, body: HTML } },
  moved: { effect: 'none', answer: { status: 302, body: '' } },
  banned: { effect: 'none', answer: { status: 200, body: BAN_PAGE } },
} as const satisfies Record<string, Shape>;

export function shapeOf(serverCase: DeleteCase): Shape {
  return DELETE_CASES[serverCase];
}

/** What becomes of a record export. */
export type LookCase =
  | 'fine'
  | 'absent'
  | 'bodyless'
  | 'html'
  | 'reset'
  | 'timeout'
  | 'error_500'
  | 'busy_short'
  | 'busy_long'
  | 'busy_huge'
  | 'forbidden'
  | 'moved';

export interface Conditions {
  readonly name: string;
  deletion(): DeleteCase;
  look(): LookCase;
}

const LOST: readonly DeleteCase[] = [
  'reset_before',
  'reset_after',
  'reset_late',
  'timeout_before',
  'timeout_after',
  'timeout_late',
  'error_500',
  'effect_500',
  'effect_502',
  'html',
  'html_after',
  'other_2xx',
  'effect_503',
  'effect_503_long',
];
const HARMLESS: readonly DeleteCase[] = [
  'no_connection',
  'connect_timeout',
  'busy_408',
  'busy_429',
  'busy_short',
  'busy_long',
  'refused',
  'error_501',
  'json',
  'twice',
];
const ENDING: readonly DeleteCase[] = [
  'certificate',
  'busy_huge',
  'error_503_huge',
  'effect_503_huge',
  'unauthorised',
  'not_found',
  'moved',
  'banned',
  'forbidden',
  'forbidden_page',
];
const LOOKS: readonly LookCase[] = [
  'absent',
  'absent',
  'bodyless',
  'html',
  'reset',
  'timeout',
  'error_500',
  'busy_short',
];
const BAD_LOOKS: readonly LookCase[] = [...LOOKS, 'busy_long', 'busy_huge', 'forbidden', 'moved'];

/** Everything answers as it should. */
export const GOOD_CONDITIONS: Conditions = {
  name: 'fair',
  deletion: () => 'fine',
  look: () => 'fine',
};

export function drawConditions(chance: Chance, doubles = false): Conditions {
  const deletion = chance.weighted<[string, () => DeleteCase]>([
    [2, ['fair', () => 'fine']],
    [4, ['light', mostlyFine(chance, 0.12, [LOST, HARMLESS], 0.003)]],
    [4, ['heavy', mostlyFine(chance, 0.45, [LOST, HARMLESS], 0.01)]],
    [3, ['lost', mostlyFine(chance, 0.6, [LOST], 0)]],
    [2, ['harmless', mostlyFine(chance, 0.6, [HARMLESS], 0)]],
    [1, ['busy', mostlyFine(chance, 0.5, [['busy_429', 'busy_408', 'no_connection']], 0)]],
    [2, ['one', mostlyFine(chance, 0.5, [[chance.pick([...LOST, ...HARMLESS])]], 0)]],
    [1, ['only one', mostlyFine(chance, 1, [[chance.pick([...LOST, ...HARMLESS])]], 0)]],
    [1, ['ending', mostlyFine(chance, 0.1, [ENDING], 0)]],
    [doubles ? 2 : 0, ['doubled', mostlyFine(chance, chance.pick([0.1, 1]), [['doubled']], 0)]],
    [1, ['lies', mostlyFine(chance, chance.pick([0.2, 1]), [['lie']], 0)]],
  ]);
  const looks = chance.weighted<[string, () => LookCase]>([
    [4, ['fair', () => 'fine']],
    [3, ['light', () => (chance.is(0.1) ? chance.pick(LOOKS) : 'fine')]],
    [2, ['heavy', () => (chance.is(0.4) ? chance.pick(BAD_LOOKS) : 'fine')]],
    [1, ['none', () => chance.pick(BAD_LOOKS)]],
  ]);
  return { name: `${deletion[0]}/${looks[0]}`, deletion: deletion[1], look: looks[1] };
}

/** The check comes through, or the seed shows nothing. */
export function drawCheckConditions(chance: Chance): Conditions {
  return {
    name: 'check',
    deletion: () => 'fine',
    look: () => (chance.is(0.1) ? chance.pick(LOOKS) : 'fine'),
  };
}

function mostlyFine(
  chance: Chance,
  share: number,
  groups: readonly (readonly DeleteCase[])[],
  ending: number,
): () => DeleteCase {
  return () => {
    if (chance.is(ending)) return chance.pick(ENDING);
    return chance.is(share) ? chance.pick(chance.pick(groups)) : 'fine';
  };
}
