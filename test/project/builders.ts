import type { Target } from '../../src/rows/target.ts';
import type { ProjectModel, Repeats } from '../../src/project/model.ts';
import type { ReadAnswer } from '../../src/rows/server.ts';
import type { RedcapClient } from '../../src/redcap/client.ts';
import { encodeForm, FORM_TYPE } from '../../src/redcap/form.ts';
import { createReader } from '../../src/redcap/reader.ts';
import { type Reader } from '../../src/rows/server.ts';
import type { Sandbox } from '../../src/sandbox/handler.ts';
import { knownHeaders } from '../redcap/known-headers.ts';

/** What repeats in the longitudinal project below. */
export const STUDY_REPEATS: Repeats = {
  kind: 'known',
  events: ['visit_arm_1'],
  forms: [{ event: 'base_arm_1', form: 'imaging' }],
};

/** Two arms, a repeating instrument (imaging at base), a repeating event (visit). */
export function makeModel(more: Partial<ProjectModel> = {}): ProjectModel {
  return {
    id: '7',
    title: 'Study',
    redcapVersion: '16.1.3',
    production: false,
    longitudinal: true,
    recordIdField: 'record_id',
    missingCodes: ['-999', 'NI'],
    fileFields: {
      photo: { form: 'files', signature: false },
      sig: { form: 'files', signature: true },
      scan: { form: 'imaging', signature: false },
      report: { form: 'visit', signature: false },
    },
    otherFields: ['record_id', 'age', 'quality'],
    events: [
      { name: 'base_arm_1', arm: '1' },
      { name: 'visit_arm_1', arm: '1' },
      { name: 'late_arm_2', arm: '2' },
    ],
    eventForms: {
      base_arm_1: ['base', 'files', 'imaging'],
      visit_arm_1: ['visit'],
      late_arm_2: ['files'],
    },
    repeats: STUDY_REPEATS,
    notes: [],
    ...more,
  };
}

export function makeClassicModel(more: Partial<ProjectModel> = {}): ProjectModel {
  return makeModel({
    longitudinal: false,
    events: [],
    eventForms: {},
    repeats: { kind: 'known', events: [], forms: [{ event: '', form: 'imaging' }] },
    ...more,
  });
}

export function makeTarget(record: string, field: string, event = '', instance = ''): Target {
  return { record, field, event, instance };
}

/** A reader whose server is the sandbox, without sockets. */
export function readSandbox(sandbox: Sandbox): Reader {
  const client: RedcapClient = {
    requests: 0,
    async send(fields) {
      if (typeof fields === 'function') throw new Error('reads are plain forms');
      const body = encodeForm({ token: sandbox.token, ...fields, returnFormat: 'json' });
      const response = await sandbox.handle(
        new Request('http://127.0.0.1/api/', {
          method: 'POST',
          body,
          headers: { 'content-type': FORM_TYPE },
        }),
      );
      return {
        kind: 'response',
        status: response.status,
        headers: knownHeaders(Object.fromEntries(response.headers)),
        body: await response.text(),
      };
    },
  };
  return createReader(client);
}

/** A reader whose server gives these answers: status and body by the call's `content`. */
export function readScripted(
  answers: Readonly<Record<string, readonly [number, unknown]>>,
): Reader & { readonly asked: string[] } {
  const asked: string[] = [];
  const reader = createReader({
    requests: 0,
    send(fields) {
      const content = typeof fields === 'function' ? '' : String(fields['content']);
      asked.push(content);
      const [status, body] = answers[content] ?? [501, 'no answer was written for this call'];
      return Promise.resolve({
        kind: 'response',
        status,
        headers: knownHeaders({}),
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
  });
  return { ...reader, asked };
}

const FACTS = {
  httpStatus: 200,
  message: '',
  trustworthy: true,
  retryAfterMs: undefined,
} as const;

export function readValueAnswer<T>(value: T): ReadAnswer<T> {
  return { kind: 'value', value, ...FACTS };
}

export const EMPTY_ANSWER: ReadAnswer<never> = { kind: 'empty', ...FACTS };
