import { mimeTypeOf } from './content.ts';
import { FAULTS, type FaultKind } from './faults.ts';
import type { ApiForm } from './form.ts';
import type { FileContent } from './spec.ts';
import { failOnTheWire } from './wire.ts';

export type ErrorFormat = 'json' | 'csv' | 'xml';
export type Row = Readonly<Record<string, string | number | Readonly<Record<string, number>>>>;

const TYPES: Readonly<Record<ErrorFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
};

/**
 * An error in the format that the request chose: `returnFormat`, without it
 * `format`, without either XML. So says REDCap's help, and so do REDCapR's
 * tests against real servers, which send `format=csv` alone.
 */
export function refuse(form: ApiForm, status: number, message: string): Response {
  const chosen = [form.text('returnFormat'), form.text('format')].find(isErrorFormat);
  return answerError(status, message, chosen ?? 'xml');
}

/** An error in each of the recorded shapes. */
export function answerError(status: number, message: string, format: ErrorFormat): Response {
  const bodies: Readonly<Record<ErrorFormat, string>> = {
    json: JSON.stringify({ error: message }),
    csv: `ERROR: ${message}`,
    xml: `<?xml version="1.0" encoding="UTF-8" ?><hash><error>${escapeMarkup(message)}</error></hash>`,
  };
  return new Response(bodies[format], { status, headers: { 'content-type': TYPES[format] } });
}

/** What an export answers: JSON alone, since that is all that this program asks for. */
export function answerData(form: ApiForm, data: Row | readonly Row[]): Response {
  if (form.text('format') !== 'json') {
    return refuse(
      form,
      400,
      'The value of the parameter "format" is not valid: the sandbox exports data as JSON alone (format=json)',
    );
  }
  return new Response(JSON.stringify(data), { headers: { 'content-type': TYPES.json } });
}

export function answerText(text: string): Response {
  return new Response(text, { headers: { 'content-type': TYPES.csv } });
}

/**
 * A download: name and type stand in Content-Type, in the recorded forms, the
 * name as raw UTF-8 bytes; text has a charset behind it, other types have none.
 */
export function answerFile(file: FileContent, named: boolean): Response {
  const type = mimeTypeOf(file.name);
  // A header takes Latin-1 characters, one for each byte; control characters would end it.
  // oxlint-disable-next-line no-control-regex
  const name = Buffer.from(file.name.replace(/[\u0000-\u001f\u007f]/g, '')).toString('latin1');
  const charset = type.startsWith('text/') ? ';charset=UTF-8' : '';
  const contentType = named ? `${type}; name="${name}"${charset}` : type;
  return new Response(Buffer.from(file.bytes), { headers: { 'content-type': contentType } });
}

/** What a real server sends after deleting or storing a file: 200 and not one byte. */
export function answerEmpty(status = 200): Response {
  return new Response('', { status, headers: { 'content-type': 'text/html; charset=UTF-8' } });
}

export function answerPage(
  status: number,
  title: string,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  const page = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${title.replace(/^\d+ /, '')}</h1>\n<p>${text}</p>\n</body></html>\n`;
  const headers = new Headers(more);
  headers.set('content-type', 'text/html; charset=UTF-8');
  return new Response(page, { status, headers });
}

/** The page that id3c met with status 200 in place of an answer. */
export function answerBusyPage(): Response {
  return answerPage(
    200,
    'REDCap',
    'NOTICE: You may have multiple browser tabs of the same REDCap page. If that is not the case, please try again in a moment.',
  );
}

export function answerFault(kind: FaultKind): Response {
  const { answer } = FAULTS[kind];
  if (answer === 'empty') return answerEmpty();
  if (answer === 'html') return answerBusyPage();
  if (typeof answer === 'string') return failOnTheWire(answer);
  if (answer === 500) return answerEmpty(500);
  if (answer === 429) {
    return answerPage(429, 'Too Many Requests', 'Slow down.', { 'retry-after': '1' });
  }
  return answerPage(answer, String(answer), 'The server could not answer in time.');
}

function isErrorFormat(text: string): text is ErrorFormat {
  return text === 'json' || text === 'csv' || text === 'xml';
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>]/g, (mark) =>
    mark === '&' ? '&amp;' : mark === '<' ? '&lt;' : '&gt;',
  );
}
