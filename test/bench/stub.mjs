// The server that a benchmark measures against: as little HTTP as possible, in a
// process of its own. Deletions get a canned empty 200, and what a check asks for
// is made up on the spot: a classic project with one file for each record named.
//
//   node stub.mjs   (forked by start-stub.mjs, which sends it its settings)
import { createServer } from 'node:net';

const settings = { latencyMs: 0, faultEvery: 0, remembers: false, keepsTimes: false };
let requests = 0;
let firstAt = 0;
let lastAt = 0;
let times = [];
let deleted = new Set();

// As many headers as nginx sends with an empty answer.
const HEAD =
  'Server: stub\r\nDate: Tue, 24 Nov 2026 03:12:07 GMT\r\nContent-Type: text/html; charset=UTF-8\r\n';
const DONE = Buffer.from(
  `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: 0\r\nConnection: keep-alive\r\n\r\n`,
);
const BUSY = Buffer.from(
  `HTTP/1.1 503 Service Unavailable\r\n${HEAD}Content-Length: 0\r\nConnection: keep-alive\r\n\r\n`,
);

const FIELD = { form_name: 'consent', text_validation_type_or_show_slider_number: '' };
const CANNED = {
  version: '14.5.5',
  project: {
    project_id: 1,
    project_title: 'Bench',
    in_production: 0,
    is_longitudinal: 0,
    has_repeating_instruments_or_events: 0,
  },
  metadata: [
    { ...FIELD, field_name: 'record_id', field_type: 'text' },
    { ...FIELD, field_name: 'consent_file', field_type: 'file' },
  ],
};

function textAnswer(text) {
  const body = Buffer.from(text);
  const head = `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function answerTo(body) {
  requests += 1;
  lastAt = performance.now();
  if (requests === 1) firstAt = lastAt;
  if (settings.keepsTimes) times.push(lastAt);
  if (body.includes('action=delete')) {
    if (settings.faultEvery > 0 && requests % settings.faultEvery === 0) return BUSY;
    if (settings.remembers) deleted.add(/[&?]record=([^&]*)/.exec(body)?.[1]);
    return DONE;
  }
  const form = new URLSearchParams(body);
  const content = form.get('content');
  if (content !== 'record') {
    const canned = CANNED[content] ?? { error: `no ${content} here` };
    return textAnswer(typeof canned === 'string' ? canned : JSON.stringify(canned));
  }
  const rows = [];
  for (const [name, record] of form) {
    if (!name.startsWith('records[')) continue;
    const gone = deleted.has(encodeURIComponent(record));
    rows.push({ record_id: record, consent_file: gone ? '' : `consent_${record}.pdf` });
  }
  return textAnswer(JSON.stringify(rows));
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  let pending = '';
  socket.on('data', (chunk) => {
    pending += chunk.latin1Slice();
    for (;;) {
      const headEnd = pending.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const lengthAt = pending.indexOf('ontent-', 0);
      const length = readLength(pending, lengthAt, headEnd);
      const end = headEnd + 4 + length;
      if (pending.length < end) return;
      const answer = answerTo(pending.slice(headEnd + 4, end));
      pending = pending.slice(end);
      if (settings.latencyMs === 0) socket.write(answer);
      else setTimeout(() => socket.write(answer), settings.latencyMs);
      if (pending === '') return;
    }
  });
});

function readLength(text, from, headEnd) {
  const at = text
    .slice(0, headEnd)
    .toLowerCase()
    .indexOf('content-length:', Math.max(0, from - 1));
  return at === -1 ? 0 : Number.parseInt(text.slice(at + 15, headEnd), 10);
}

process.on('message', (message) => {
  if (message.kind === 'set') {
    Object.assign(settings, message.settings);
    requests = 0;
    firstAt = 0;
    lastAt = 0;
    times = [];
    deleted = new Set();
    process.send({ kind: 'set' });
  } else {
    process.send({ kind: 'seen', requests, firstAt, lastAt, times });
  }
});
// A stub never outlives its benchmark.
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  process.send({ kind: 'listening', port: server.address().port });
});
