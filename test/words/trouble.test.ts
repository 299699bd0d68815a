import { describe, expect, it } from 'vitest';
import { describeForbidden, describeTrouble, type Asker } from '../../src/words/trouble.ts';
import type { Trouble } from '../../src/words/trouble.ts';

const NO_PERMISSIONS = 'You do not have permissions to use the API';
const NO_EXPORT =
  "Insufficient user privileges: You must have 'API Export' privileges in the project.";
const GONE = 'The REDCap project no longer exists because it was deleted.';
const UNKNOWN_HOST =
  'No connection to the server redcap.test: the host name is not known (ENOTFOUND).';
const LOGIN =
  'The server answered HTTP 200 and something that is no answer of the REDCap API: Log in';
const NO_ACCESS =
  "The server answered HTTP 200 and something that is no answer of the REDCap API: ERROR: access wasn't granted to this page.";
const BUSY = 'The server answered HTTP 503 without a body';

const first = { what: 'project information', accepted: false } as const;
const later = { what: 'the data dictionary', accepted: true } as const;

const TROUBLES = {
  unknownHost: { ...first, cause: 'no_answer', message: UNKNOWN_HOST },
  wrongToken: { ...first, cause: 'refusal', status: 403, message: NO_PERMISSIONS },
  projectDeleted: { ...first, cause: 'refusal', status: 400, message: GONE },
  noExportAtFirst: { ...first, cause: 'refusal', status: 400, message: NO_EXPORT },
  noAccessPage: { ...first, cause: 'page', status: 200, message: NO_ACCESS },
  loginPage: { ...first, cause: 'page', status: 200, message: LOGIN },
  busy: { ...first, cause: 'fault', status: 503, message: BUSY },
  exportsRefused: { ...later, cause: 'refusal', status: 403, message: NO_PERMISSIONS },
  pageForExports: { ...later, cause: 'page', status: 200, message: LOGIN },
  busyLater: { ...later, cause: 'fault', status: 503, message: BUSY },
  otherRefusal: { ...later, cause: 'refusal', status: 400, message: 'The value is not valid' },
} as const satisfies Readonly<Record<string, Trouble>>;

const RUN = { command: 'run', mayNotCheck: true } as const;
const CHECK = { command: 'check', mayNotCheck: true } as const;
const OTHERS: readonly Asker[] = (
  ['run', 'check', 'resume', 'scan', 'project', 'restore'] as const
).map((command) => ({ command, mayNotCheck: false }));

const TOKEN = `The server does not accept the token, or its user has no API rights. Is it the right token for this server? (${NO_PERMISSIONS})`;

describe('what is wrong, and what can help', () => {
  it.each<[keyof typeof TROUBLES, Asker['command'], string]>([
    [
      'unknownHost',
      'run',
      `${UNKNOWN_HOST} Nothing was deleted. Look at --url, at the VPN and at the proxy.`,
    ],
    [
      'unknownHost',
      'restore',
      `${UNKNOWN_HOST} Nothing was restored. Look at --url, at the VPN and at the proxy.`,
    ],
    ['unknownHost', 'project', `${UNKNOWN_HOST} Look at --url, at the VPN and at the proxy.`],
    ['wrongToken', 'run', TOKEN],
    ['wrongToken', 'scan', TOKEN],
    ['projectDeleted', 'check', GONE],
    ['projectDeleted', 'resume', GONE],
    [
      'noExportAtFirst',
      'project',
      `The server does not give project information: ${NO_EXPORT} The token's user needs the API Export right.`,
    ],
    [
      'noAccessPage',
      'scan',
      `The server's answer for project information cannot be used: ${NO_ACCESS} The scan is not complete. The token's user needs the API Export right.`,
    ],
    [
      'loginPage',
      'resume',
      `The server's answer for project information cannot be used: ${LOGIN}. Nothing was sent. A login page, a firewall or a proxy may stand in between. Look at --url, at the VPN and at the proxy.`,
    ],
    [
      'busy',
      'run',
      `The server's answer for project information cannot be used: ${BUSY}. Nothing was deleted. Try again later.`,
    ],
    [
      'exportsRefused',
      'restore',
      `The server does not give the data dictionary: ${NO_PERMISSIONS}. Nothing was restored. The token's user needs the API Export right.`,
    ],
    [
      'otherRefusal',
      'run',
      'The server does not give the data dictionary: The value is not valid. Nothing was deleted.',
    ],
  ])('%s, %s', (trouble, command, sentence) => {
    expect(describeTrouble(TROUBLES[trouble], { command, mayNotCheck: false })).toBe(sentence);
  });

  it.each<[keyof typeof TROUBLES, boolean]>([
    ['unknownHost', false],
    ['wrongToken', false],
    ['projectDeleted', false],
    ['noExportAtFirst', true],
    ['noAccessPage', true],
    ['loginPage', false],
    ['busy', false],
    ['exportsRefused', true],
    ['pageForExports', true],
    ['busyLater', false],
    ['otherRefusal', false],
  ])('%s: is --no-check named? %s', (trouble, named) => {
    for (const asker of [RUN, CHECK]) {
      expect(describeTrouble(TROUBLES[trouble], asker).includes('--no-check')).toBe(named);
    }
    for (const asker of OTHERS) {
      expect(describeTrouble(TROUBLES[trouble], asker)).not.toContain('--no-check');
    }
  });

  it('says no sentence twice, and ends none twice', () => {
    for (const trouble of Object.values(TROUBLES)) {
      for (const asker of [RUN, CHECK, ...OTHERS]) {
        const text = describeTrouble(trouble, asker);
        expect(text).not.toMatch(/\.\.|\. \./);
        const sentences = text.split(/(?<=[.?]) /);
        expect(new Set(sentences).size).toBe(sentences.length);
      }
    }
  });
});

it('a deletion that is refused before any was taken', () => {
  expect(describeForbidden(NO_PERMISSIONS)).toBe(TOKEN);
  expect(describeForbidden('You do not have API Import/Update privileges')).toBe(
    "The server refuses to delete: You do not have API Import/Update privileges. Look in REDCap whether the token's user has the API Import/Update right.",
  );
});
