import { createHash, randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { JOURNAL_VERSION, type JournalHeader } from '../journal/lines.ts';
import type { ProjectModel } from '../project/model.ts';
import { TOOL } from '../version.ts';
import type { PrepareOptions } from './prepare-options.ts';

/** The journal's first line: what `resume` and `report` need to know without asking anybody. */
export function headerOf(
  options: PrepareOptions,
  manifest: Omit<JournalHeader['manifest'], 'name'>,
  model: ProjectModel | null,
  { startedAtMs, session }: { readonly startedAtMs: number; readonly session: string },
): JournalHeader {
  const { connection, approved, defaultInstance } = options;
  return {
    version: JOURNAL_VERSION,
    kind: options.kind,
    tool: TOOL,
    startedAt: new Date(startedAtMs).toISOString(),
    host: hostname(),
    user: userName(),
    session,
    manifest: { name: options.source.name, ...manifest },
    columns: options.columns,
    url: connection.url.href,
    project: model,
    options: { ...options.recorded, ...(defaultInstance === undefined ? {} : { defaultInstance }) },
    token: saltedDigest(connection.token),
    ...(approved === undefined
      ? {}
      : { approved: { directory: approved.directory, sha256: approved.sha256 } }),
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
