import { hideTokens } from '../config/show-value.ts';
import { RefusedError } from '../errors.ts';
import { REQUEST_KINDS, type RequestKind } from './ledger.ts';
import { drawFor } from './seeded.ts';

/** What a fault does: whether the request still had its effect, and what the client gets. */
export interface Fault {
  readonly effect: boolean;
  readonly answer: 'reset' | 'hang' | 'garbage' | 'empty' | 'html' | number;
}

export const FAULT_KINDS = [
  'reset-before',
  'reset-after',
  'hang',
  'hang-after',
  'garbage',
  'garbage-after',
  'empty',
  'html',
  'html-after',
  '429',
  '500',
  '503',
  '503-after',
  '520',
  '524',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export const FAULTS: Readonly<Record<FaultKind, Fault>> = {
  'reset-before': { effect: false, answer: 'reset' },
  'reset-after': { effect: true, answer: 'reset' },
  hang: { effect: false, answer: 'hang' },
  'hang-after': { effect: true, answer: 'hang' },
  garbage: { effect: false, answer: 'garbage' },
  'garbage-after': { effect: true, answer: 'garbage' },
  empty: { effect: false, answer: 'empty' },
  html: { effect: false, answer: 'html' },
  'html-after': { effect: true, answer: 'html' },
  '429': { effect: false, answer: 429 },
  '500': { effect: false, answer: 500 },
  '503': { effect: false, answer: 503 },
  '503-after': { effect: true, answer: 503 },
  '520': { effect: false, answer: 520 },
  '524': { effect: true, answer: 524 },
};

export interface FaultShare {
  readonly kind: FaultKind;
  /** Of the requests that it applies to, in (0, 1]. */
  readonly share: number;
  /** Deletions by default. */
  readonly on?: RequestKind;
}

/** Reads `kind:share` or `kind:share:requests`, as in `503:0.02` or `html:0.1:export`. Throws RefusedError. */
export function parseFault(given: string): FaultShare {
  // Messages repeat the text, and no message may hold a token.
  const text = hideTokens(given);
  const [kindText = '', shareText = '', onText, ...rest] = text.trim().split(':');
  const kind = FAULT_KINDS.find((one) => one === kindText.trim().toLowerCase());
  if (kind === undefined || rest.length > 0) {
    throw new RefusedError(
      `'${text}' is no fault. Write kind:share, as in reset-after:0.05; the kinds are ${FAULT_KINDS.join(', ')}.`,
    );
  }
  const share = Number(shareText.trim());
  if (!/\d/.test(shareText) || !(share > 0 && share <= 1)) {
    throw new RefusedError(
      `The share of the fault '${text}' must be a number above 0 and up to 1, as in ${kind}:0.05 for one deletion in twenty.`,
    );
  }
  if (onText === undefined) return { kind, share };
  const on = REQUEST_KINDS.find((one) => one === onText.trim().toLowerCase());
  if (on === undefined) {
    throw new RefusedError(
      `'${onText}' in the fault '${text}' is no kind of request; these are: ${REQUEST_KINDS.join(', ')}.`,
    );
  }
  return { kind, share, on };
}

/** Throws RefusedError where the shares for one kind of request exceed the whole. */
export function requireSaneShares(shares: readonly FaultShare[]): void {
  for (const on of REQUEST_KINDS) {
    const own = shares.filter((share) => (share.on ?? 'delete') === on);
    const sum = own.reduce((total, { share }) => total + share, 0);
    if (sum > 1 + 1e-9) {
      throw new RefusedError(
        `The faults ${own.map(({ kind, share }) => `${kind}:${share}`).join(', ')} add up to more than 1: lower them so that they fit into all requests.`,
      );
    }
  }
}

/** Decided by the seed and by the request's name alone, so that concurrency changes nothing. */
export function drawFault(
  shares: readonly FaultShare[],
  kind: RequestKind,
  request: string,
  seed: number,
): FaultKind | undefined {
  let rest = drawFor(request, seed ^ 0x5eed);
  for (const { kind: fault, share, on } of shares) {
    if ((on ?? 'delete') !== kind) continue;
    if (rest < share) return fault;
    rest -= share;
  }
  return undefined;
}
