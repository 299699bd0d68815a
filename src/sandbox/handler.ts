import { Hono } from 'hono';
import { createRequestHandler } from './api-request.ts';
import { makeDefaultProject } from './default-project.ts';
import { requireSaneShares } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { SANDBOX_TOKEN, type SandboxOptions } from './options.ts';
import type { SandboxProject } from './project.ts';
import { answerError, answerPage } from './responses.ts';
import { createPlaybook, type Script } from './script.ts';

export interface Sandbox {
  /** Fetch-style. What only a socket can do (reset, hang, garbage) has status 599 here. */
  handle(request: Request): Promise<Response>;
  /** Further answers for a target's deletions, or for the requests that a predicate picks. */
  script(
    match: Script['match'],
    answers: Script['answers'],
    options?: { readonly lasting?: boolean },
  ): void;
  readonly ledger: Ledger;
  readonly project: SandboxProject;
  readonly token: string;
}

const API_PATHS = ['/api/', '/redcap/api/'];
const MINUTE_MS = 60_000;

/** A stand-in for a REDCap server, in memory. Throws RefusedError on faults that make no sense. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { seed = 1, records = 60, kind = 'longitudinal', token = SANDBOX_TOKEN } = options;
  requireSaneShares(options.faults ?? []);
  const project = options.project ?? makeDefaultProject({ kind, records, seed });
  const ledger = createLedger();
  const isBanned = createBan(options.requestsPerMinute ?? 600);
  const now = options.now ?? Date.now;
  const playbook = createPlaybook(options.scripts ?? [], project.canonical);
  const handleApi = createRequestHandler({ project, options, token, ledger, playbook, now });
  const note = (response: Response, fault?: string): Response => {
    const { status } = response;
    const named = fault === undefined ? {} : { fault };
    ledger.record({ at: now(), kind: 'other', effect: false, ...named, status, answered: true });
    return response;
  };
  const app = route(handleApi, note);
  return {
    ledger,
    project,
    token,
    script: (match, answers, { lasting = false } = {}) => {
      playbook.add({ match, answers, lasting });
    },
    handle: async (request) =>
      isBanned(now()) ? note(answerBanned(), 'banned') : app.fetch(request),
  };
}

/**
 * REDCap's rate limiter: past its limit of requests within a minute an address is
 * banned from every page until an administrator lifts it. 0 turns it off.
 * Each call counts a request, and says whether it is one of a banned address.
 */
function createBan(requestsPerMinute: number): (nowMs: number) => boolean {
  // The times of the latest requests; the next one takes the place of the oldest.
  const recent: number[] = [];
  let next = 0;
  let banned = false;
  return (nowMs) => {
    if (requestsPerMinute <= 0) return false;
    const oldest = recent[next];
    if (oldest !== undefined && nowMs - oldest < MINUTE_MS) banned = true;
    recent[next] = nowMs;
    next = (next + 1) % requestsPerMinute;
    return banned;
  };
}

function route(
  handleApi: (request: Request) => Promise<Response>,
  note: (response: Response) => Response,
): Hono {
  const app = new Hono();
  for (const path of API_PATHS) {
    app.post(path, ({ req }) => handleApi(req.raw));
    app.all(path, () => note(answerError(501, 'The requested method is not implemented.', 'xml')));
    app.all(path.slice(0, -1), ({ req }) => note(answerMoved(`${req.url}/`)));
  }
  app.notFound(() =>
    note(answerPage(404, '404 Not Found', 'The requested URL was not found on this server.')),
  );
  app.onError((error) => answerPage(500, 'The sandbox itself failed', error.message));
  return app;
}

function answerMoved(location: string): Response {
  return answerPage(301, '301 Moved Permanently', 'The document has moved.', { location });
}

function answerBanned(): Response {
  const text =
    'Your IP address has been banned due to suspected abuse. Contact your REDCap administrator.';
  return answerPage(200, 'REDCap', text);
}
