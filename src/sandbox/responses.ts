import type { FileContent } from './design.ts';
import { FAULTS, type FaultKind } from './faults.ts';
import type { ApiForm } from './form.ts';

type ErrorFormat = 'json' | 'csv' | 'xml';
/** One row of exported data; a user's rights to forms are an object in it. */
export type Row = Readonly<Record<string, string | number | Readonly<Record<string, number>>>>;
/** What happens to the connection in place of an answer. */
export type ConnectionFault = 'reset' | 'hang' | 'garbage';

const CONTENT_TYPES: Readonly<Record<ErrorFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
};

const MIME_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  jpg: 'image/jpeg',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
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
  return new Response(bodies[format], {
    status,
    headers: { 'content-type': CONTENT_TYPES[format] },
  });
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
  return new Response(JSON.stringify(data), { headers: { 'content-type': CONTENT_TYPES.json } });
}

export function answerText(text: string): Response {
  return new Response(text, { headers: { 'content-type': CONTENT_TYPES.csv } });
}

/**
 * A download: name and type stand in Content-Type, in the recorded forms, the
 * name as raw UTF-8 bytes; text has a charset behind it, other types have none.
 */
export function answerFile(file: FileContent, named: boolean): Response {
  const extension = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const type = MIME_TYPES[extension] ?? 'application/octet-stream';
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

/** A page as Apache writes them: the status is in the title, and not in the heading. */
export function answerPage(
  status: number,
  title: string,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  const heading = title.replace(/^\d+ /, '');
  const page = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${heading}</h1>\n<p>${text}</p>\n</body></html>\n`;
  const headers = new Headers(more);
  headers.set('content-type', 'text/html; charset=UTF-8');
  return new Response(page, { status, headers });
}

export function answerFault(kind: FaultKind): Response {
  const { answer } = FAULTS[kind];
  if (answer === 'empty') return answerEmpty();
  if (answer === 'html') return answerBusyPage();
  if (typeof answer === 'string') return breakConnection(answer);
  if (answer === 500) return answerEmpty(500);
  if (answer === 429) {
    return answerPage(429, 'Too Many Requests', 'Slow down.', { 'retry-after': '1' });
  }
  return answerPage(answer, String(answer), 'The server could not answer in time.');
}

/** What the server does to the connection where this is no answer at all. */
export function connectionFaultOf(response: Response): ConnectionFault | undefined {
  return connectionFaults.get(response);
}

// A Response cannot say "destroy the socket", and the handler must stay
// fetch-style: the fault travels beside it.
const connectionFaults = new WeakMap<Response, ConnectionFault>();

function breakConnection(fault: ConnectionFault): Response {
  const response = new Response(null, { status: 599 });
  connectionFaults.set(response, fault);
  return response;
}

/** The page that id3c met with status 200 in place of an answer. */
function answerBusyPage(): Response {
  return answerPage(
    200,
    'REDCap',
    'NOTICE: You may have multiple browser tabs of the same REDCap page. If that is not the case, please try again in a moment.',
  );
}

function isErrorFormat(text: string): text is ErrorFormat {
  return text === 'json' || text === 'csv' || text === 'xml';
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>]/g, (mark) =>
    mark === '&' ? '&amp;' : mark === '<' ? '&lt;' : '&gt;',
  );
}
