import type { TransportResult, TransportRequest } from '../../src/redcap/transport.ts';
import { knownHeaders } from '../redcap/known-headers.ts';
import { BAN_PAGE, type LookCase } from './server-cases.ts';
import { currentFile, type Places } from './places.ts';
import type { Chance } from './random.ts';
import { shortly, targetOf, type ServerOptions } from './deletion.ts';
import { answerStructure } from './serve-structure.ts';
import { exportRecords, RECORD_ID } from './shown.ts';
import { broken, page } from './wire-answers.ts';

/** Bytes of a stored file, no two alike. */
export function bytesOf(documentId: number): string {
  return `bytes of document ${documentId}`;
}

/** Serves a record export or a file export. */
export function serveRead(
  options: ServerOptions,
  request: TransportRequest,
  form: URLSearchParams,
  serverCase: LookCase | 'banned',
  timeoutMs: number,
  answer: (given: TransportResult) => void,
): void {
  const { environment, chance, places, display } = options;
  const latencyMs = chance.whole(1, chance.pick([20, 300, 3000]));
  const content = form.get('content');
  const isFile = content === 'file';
  const what = isFile
    ? `export of ${shortly(targetOf(form))}`
    : content === 'record'
      ? `look at ${form.get('records[0]')}…`
      : `reading of ${content}`;
  environment.note(`  ${what}: ${serverCase}, ${latencyMs} ms`);
  // Refused for good where the right is wanted, and nowhere else.
  const refused = content === 'repeatingFormsEvents' && serverCase === 'forbidden';
  const trouble = refused ? undefined : troubleOf(serverCase);
  if (trouble !== undefined) {
    environment.after(serverCase === 'timeout' ? timeoutMs : latencyMs, () => {
      answer(trouble);
    });
    return;
  }
  environment.after(latencyMs / 2, () => {
    if (isFile) {
      sendFile(places, form, request, answer);
      return;
    }
    const structure = answerStructure(places.design, form);
    if (structure !== undefined) {
      environment.after(latencyMs / 2, () => {
        answer(structure);
      });
      return;
    }
    const lagMs = display.lagMs === 0 ? 0 : chance.whole(0, display.lagMs);
    const rows = exportRecords(form, places, display, environment.now - lagMs);
    const left = serverCase === 'fine' ? rows : leaveOut(rows, chance);
    environment.after(latencyMs / 2, () => {
      answer(page(200, JSON.stringify(left)));
    });
  });
}

function sendFile(
  places: Places,
  form: URLSearchParams,
  { onData }: TransportRequest,
  answer: (given: TransportResult) => void,
): void {
  const file = currentFile(places.of(targetOf(form)));
  if (file === undefined) {
    answer(page(400, '{"error":"There is no file"}'));
    return;
  }
  const bytes = Buffer.from(bytesOf(file.documentId));
  const headers = knownHeaders({
    'content-type': `application/octet-stream; name="${file.name}";charset=utf-8`,
    'content-length': String(bytes.length),
  });
  const whole: TransportResult = { kind: 'response', status: 200, headers, body: '' };
  void Promise.resolve(onData?.(bytes, { status: 200, headers })).then(() => {
    answer(whole);
  });
}

function troubleOf(serverCase: LookCase | 'banned'): TransportResult | undefined {
  switch (serverCase) {
    case 'fine':
    case 'absent':
      return undefined;
    case 'bodyless':
      return page(200, '');
    case 'html':
      return page(200, '<html><body>Sign in</body></html>');
    case 'reset':
      return broken('connection');
    case 'timeout':
      return broken('timeout');
    case 'error_500':
      return page(500, '');
    case 'busy_short':
      return page(429, '', '3');
    case 'busy_long':
      return page(503, '', '70');
    case 'busy_huge':
      return page(503, '', '601');
    case 'forbidden':
      return page(403, '{"error":"no API Export right"}');
    case 'moved':
      return page(301, '');
    case 'banned':
      return page(200, BAN_PAGE);
  }
}

function leaveOut(
  rows: readonly Readonly<Record<string, string>>[],
  chance: Chance,
): readonly Readonly<Record<string, string>>[] {
  const out = new Set(rows.map((row) => row[RECORD_ID]).filter(() => chance.is(0.4)));
  return rows.filter((row) => !out.has(row[RECORD_ID]));
}
