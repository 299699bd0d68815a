import { createHash, randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { JOURNAL_VERSION, type JournalHeader } from '../journal/lines.ts';
import { TOOL } from '../version.ts';

type Facts = Omit<JournalHeader, 'version' | 'tool' | 'startedAt' | 'host' | 'user' | 'token'>;

/** The journal's first line: what `resume` and `report` need to know without asking anybody. */
export function headerOf(startedAtMs: number, token: string, facts: Facts): JournalHeader {
  return {
    version: JOURNAL_VERSION,
    tool: TOOL,
    startedAt: new Date(startedAtMs).toISOString(),
    host: hostname(),
    user: userName(),
    token: saltedDigest(token),
    ...facts,
  };
}

/** Tells one token from another without holding it. */
export function saltedDigest(
  token: string,
  salt: string = randomBytes(16).toString('hex'),
): JournalHeader['token'] {
  const sha256 = createHash('sha256').update(`${salt}${token.toLowerCase()}`).digest('hex');
  return { salt, sha256 };
}

/** Who is at work, for people who read it later. */
export function whoIsAtWork(): string {
  const user = userName();
  return user === '' ? hostname() : `${user}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers may run under a number that has no name.
    return '';
  }
}
