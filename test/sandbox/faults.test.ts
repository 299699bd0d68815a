import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import {
  drawFault,
  FAULT_KINDS,
  FAULTS,
  parseFault,
  type FaultKind,
} from '../../src/sandbox/faults.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { ask, askText, makeStudy, type Params } from './ask.ts';

describe('parseFault', () => {
  it.each([
    ['reset-before:0.05', { kind: 'reset-before', share: 0.05 }],
    [' 503:1 ', { kind: '503', share: 1 }],
    ['HTML:.5:export', { kind: 'html', share: 0.5, on: 'export' }],
  ])('reads %j', (text, share) => {
    expect(parseFault(text)).toEqual(share);
  });

  it.each([
    '',
    'resett:0.1',
    'reset-before',
    'hang:0',
    'hang:1.1',
    'hang:-1',
    'hang:x',
    'hang:',
    'hang:1:nothing',
    'hang:1:meta:2',
  ])('refuses %j', (text) => {
    expect(() => parseFault(text)).toThrow(RefusedError);
  });

  it('repeats nothing that may be a token', () => {
    const token = 'ab12CD34ef56ab78cd90ef12ab34cd56';
    for (const text of [`${token}:0.1`, `503:${token}`, `503:0.1:${token}`]) {
      expect(() => parseFault(text)).toThrow(/^(?!.*ab12cd34).*not shown/i);
    }
  });

  it('lists the kinds when it knows none', () => {
    expect(() => parseFault('flood:0.1')).toThrow(FAULT_KINDS.join(', '));
  });

  it('refuses shares beyond the whole, kind of request by kind', () => {
    const faults = [parseFault('503:0.7'), parseFault('html:0.5')];
    expect(() => createSandbox({ faults })).toThrow(/add up to more than 1/);
    expect(() =>
      createSandbox({ faults: [parseFault('503:0.7'), parseFault('html:0.5:meta')] }),
    ).not.toThrow();
  });
});

it('draws by share, and the same for the same request', () => {
  const shares = [parseFault('503:0.2'), parseFault('hang:0.1')];
  const draws = Array.from({ length: 5_000 }, (_, index) =>
    drawFault(shares, 'delete', `r${index}`, 3),
  );
  const part = (kind: FaultKind | undefined): number =>
    draws.filter((draw) => draw === kind).length / draws.length;
  expect(part('503')).toBeCloseTo(0.2, 1);
  expect(part('hang')).toBeCloseTo(0.1, 1);
  expect(part(undefined)).toBeCloseTo(0.7, 1);
  expect(draws).toEqual(draws.map((_, index) => drawFault(shares, 'delete', `r${index}`, 3)));
  expect(drawFault(shares, 'export', 'r1', 3)).toBeUndefined();
});

const PHOTO = { record: '001', field: 'photo', event: 'base_arm_1', instance: '' };
const DELETE_PHOTO: Params = {
  content: 'file',
  action: 'delete',
  record: '001',
  field: 'photo',
  event: 'base_arm_1',
};
const study = (options: SandboxOptions = {}): Sandbox =>
  createSandbox({ project: makeStudy(), ...options });

describe('faults', () => {
  const STATUS: Partial<Record<FaultKind, number>> = {
    '429': 429,
    '500': 500,
    '503': 503,
    '503-after': 503,
    '520': 520,
    '524': 524,
  };

  it.each(FAULT_KINDS)('%s has or has not its effect', async (kind) => {
    const sandbox = study({ faults: [{ kind, share: 1 }] });
    const response = await ask(sandbox, DELETE_PHOTO);
    const { effect, answer } = FAULTS[kind];
    const answered = !['reset', 'hang', 'garbage'].includes(String(answer));
    expect(sandbox.project.hasFile(PHOTO)).toBe(!effect);
    expect(response.status).toBe(answered ? (STATUS[kind] ?? 200) : 599);
    expect(sandbox.ledger.entries).toMatchObject([
      { fault: kind, effect, answered, status: answered ? response.status : 0, target: PHOTO },
    ]);
  });

  it('say how long to wait, show a page, or nothing', async () => {
    const busy = await ask(study({ faults: [{ kind: '429', share: 1 }] }), DELETE_PHOTO);
    expect(busy.headers.get('retry-after')).toBe('1');
    const html = await askText(study({ faults: [{ kind: 'html', share: 1 }] }), DELETE_PHOTO);
    expect(html[1]).toContain('multiple browser tabs of the same REDCap page');
    expect(await askText(study({ faults: [{ kind: 'empty', share: 1 }] }), DELETE_PHOTO)).toEqual([
      200,
      '',
    ]);
  });

  it('leave everything but deletions alone unless the fault says otherwise', async () => {
    const sandbox = study({ faults: [{ kind: '503', share: 1 }] });
    expect((await ask(sandbox, { content: 'metadata' })).status).toBe(200);
    const other = study({ faults: [{ kind: '503', share: 1, on: 'meta' }] });
    expect((await ask(other, { content: 'metadata' })).status).toBe(503);
    expect((await ask(other, DELETE_PHOTO)).status).toBe(200);
  });
});

describe('scripts', () => {
  it('give their answers in order, then the truth', async () => {
    const sandbox = study();
    sandbox.script({ ...PHOTO, instance: '1' }, ['503', 'ok']);
    const statuses = [];
    for (let time = 0; time < 3; time++) statuses.push((await ask(sandbox, DELETE_PHOTO)).status);
    expect(statuses).toEqual([503, 200, 400]);
  });

  it('speak for their target alone, and for its deletions alone', async () => {
    const sandbox = study();
    sandbox.script(PHOTO, ['503'], { lasting: true });
    expect((await ask(sandbox, { ...DELETE_PHOTO, field: 'sig' })).status).toBe(200);
    expect((await ask(sandbox, { ...DELETE_PHOTO, action: 'export' })).status).toBe(200);
    for (let time = 0; time < 3; time++)
      expect((await ask(sandbox, DELETE_PHOTO)).status).toBe(503);
  });

  it('may answer anything to whatever they pick, with or without the effect', async () => {
    const sandbox = study();
    sandbox.script(
      ({ content, headers }) => content === 'project' && !headers.has('x-none'),
      [() => Response.json({ project_id: '9' })],
    );
    sandbox.script(PHOTO, [
      async (_, proceed) => {
        await proceed();
        return new Response('odd', { status: 418 });
      },
    ]);
    expect(await (await ask(sandbox, { content: 'project' })).json()).toEqual({ project_id: '9' });
    expect(await askText(sandbox, DELETE_PHOTO)).toEqual([418, 'odd']);
    expect(sandbox.ledger.entries.at(-1)).toMatchObject({
      effect: true,
      fault: 'scripted',
      status: 418,
    });
  });
});

const askMany = async (sandbox: Sandbox): Promise<string> => {
  for (let time = 0; time < 600; time++) await ask(sandbox, { content: 'version' });
  return (await askText(sandbox, { content: 'version' }))[1];
};

describe('the ban', () => {
  it('comes with the request past the limit and stays', async () => {
    let now = 0;
    const sandbox = study({ requestsPerMinute: 3, now: () => now });
    const askOnce = async (): Promise<string> =>
      (await askText(sandbox, { content: 'version' }))[1];
    for (const at of [0, 20_000, 59_000]) {
      now = at;
      expect(await askOnce()).toBe('16.1.3');
    }
    now = 60_000;
    expect(await askOnce()).toBe('16.1.3');
    now = 79_999;
    expect(await askOnce()).toContain('has been banned due to suspected abuse');
    now = 10_000_000;
    expect(await askOnce()).toContain('has been banned due to suspected abuse');
    expect(sandbox.ledger.entries.at(-1)).toMatchObject({ kind: 'other', fault: 'banned' });
  });

  it('is 600 a minute unless turned off', async () => {
    expect(await askMany(study({ now: () => 0 }))).toContain('banned');
    expect(await askMany(study({ now: () => 0, requestsPerMinute: 0 }))).toBe('16.1.3');
  });
});
