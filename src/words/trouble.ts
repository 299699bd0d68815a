import type { TroubleCause } from '../rows/look.ts';
import { LOOK_AT_CONNECTION } from './advice.ts';
import { asSentence } from './one-line.ts';

/** Why there is no answer that the command cannot do without. */
export interface Trouble {
  /** What was asked for, as in "project information". */
  readonly what: string;
  readonly cause: TroubleCause;
  /** The server's own words, or plain words of what happened. */
  readonly message: string;
  readonly status?: number | undefined;
  /** An earlier answer of this command shows that the server accepts the token. */
  readonly accepted: boolean;
}

/** Who asked, and may be advised. */
export interface Asker {
  readonly command: 'check' | 'run' | 'resume' | 'scan' | 'project' | 'restore';
  /** `--no-check` can be given, and was not. */
  readonly mayNotCheck: boolean;
}

/** What real servers answer to a token that they do not know. */
const TOKEN_REFUSED = /do not have permissions to use the API/i;
/** REDCap's own page for a user who may use the API, but not export. */
const NO_ACCESS_PAGE = /access wasn.t granted/i;
const NAMES_EXPORT_RIGHT = /API Export/i;
const NAMES_RIGHTS = /right|privilege|permission|not allowed/i;
const PROJECT_DELETED = /project no longer exists/i;

const UNDONE: Readonly<Record<Asker['command'], string>> = {
  check: 'Nothing was deleted.',
  run: 'Nothing was deleted.',
  resume: 'Nothing was sent.',
  scan: 'The scan is not complete.',
  project: '',
  restore: 'Nothing was restored.',
};

/** The sentence for a token that the server does not take; `described` is its answer. */
export function tokenRefused(described: string): string {
  return `The server does not accept the token, or its user has no API rights. Is it the right token for this server? (${described})`;
}

/** A deletion that is refused (403) before the server has taken any. */
export function describeForbidden(message: string): string {
  return TOKEN_REFUSED.test(message)
    ? tokenRefused(message)
    : `The server refuses to delete: ${asSentence(message)} Look in REDCap whether the token's user has the API Import/Update right.`;
}

/** What is wrong, and the advice that can help this command. */
export function describeTrouble(trouble: Trouble, asker: Asker): string {
  if (isTokenRefused(trouble)) return tokenRefused(trouble.message);
  if (isProjectDeleted(trouble)) return nameTrouble(trouble);
  return [nameTrouble(trouble), UNDONE[asker.command], adviseOn(trouble, asker)]
    .filter((text) => text !== '')
    .join(' ');
}

/** What is wrong, without advice. */
export function nameTrouble(trouble: Trouble): string {
  const { what, cause, message } = trouble;
  if (isTokenRefused(trouble)) return tokenRefused(message);
  const sentence = asSentence(message);
  if (cause === 'no_answer' || isProjectDeleted(trouble)) return sentence;
  return cause === 'refusal'
    ? `The server does not give ${what}: ${sentence}`
    : `The server's answer for ${what} cannot be used: ${sentence}`;
}

function adviseOn(trouble: Trouble, { command, mayNotCheck }: Asker): string {
  const { cause, accepted } = trouble;
  const withoutCheck =
    command === 'check'
      ? 'A token without the API Export right cannot check; it can delete without a check: run --no-check.'
      : 'A token without the API Export right can delete without a check: --no-check.';
  const needsRight = mayNotCheck ? withoutCheck : "The token's user needs the API Export right.";
  if (refusesExport(trouble)) return needsRight;
  switch (cause) {
    case 'no_answer':
      return LOOK_AT_CONNECTION;
    case 'fault':
      return 'Try again later.';
    case 'refusal':
      return '';
    case 'page':
      // Some servers show a page to a user who may not export.
      return accepted
        ? `Try again later. If the page stays: ${lowerFirst(needsRight)}`
        : `A login page, a firewall or a proxy may stand in between. ${LOOK_AT_CONNECTION}`;
  }
}

function isTokenRefused({ cause, status, message, accepted }: Trouble): boolean {
  return cause === 'refusal' && status === 403 && !accepted && TOKEN_REFUSED.test(message);
}

function isProjectDeleted({ cause, message }: Trouble): boolean {
  return cause === 'refusal' && PROJECT_DELETED.test(message);
}

/** The token is accepted, and its exports are what is refused. */
function refusesExport({ cause, message, status, accepted }: Trouble): boolean {
  if (cause === 'page') return NO_ACCESS_PAGE.test(message);
  if (cause !== 'refusal') return false;
  if (NAMES_EXPORT_RIGHT.test(message)) return true;
  return accepted && (status === 403 || NAMES_RIGHTS.test(message));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
