import { describe, expect, it } from 'vitest';
import { nameWithSameWord, nearestName, spellingFinder } from '../../src/project/near.ts';

describe('a record under another spelling', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['p-013', ['012', 'P-013'], 'P-013'],
    ['1', ['0', '10', '001'], '001'],
    ['001', ['1'], '1'],
    ['Site B 18', ['Site  B 18'], 'Site  B 18'],
    [' 7', ['7'], '7'],
    ['0', ['000'], '000'],
    ['7', ['7'], undefined],
    ['7', ['70', '17', '8'], undefined],
    ['7', [], undefined],
    ['re\u0301mi', ['r\u00e9mi'], 'r\u00e9mi'],
    ['r\u00e9mi', ['re\u0301mi'], 're\u0301mi'],
    ['１２', ['12'], '12'],
    ['x\u200by', ['xy'], 'xy'],
    ['xy', ['\ufeffx\u00ady\u200f'], '\ufeffx\u00ady\u200f'],
    ['1\u00a0', ['1'], '1'],
    ['Site\u00a0B 18', ['Site B 18'], 'Site B 18'],
    ['1e+05', ['100000'], '100000'],
    ['1.00E+05', ['0100000'], '0100000'],
    ['1,5E3', ['1500'], '1500'],
    ['100000', ['1e+05'], '1e+05'],
    ['7.0', ['007'], '007'],
    ['7.5', ['7'], undefined],
    ['1.25E+01', ['12', '13'], undefined],
    ['1,000', ['1'], undefined],
    ['1e-05', ['1'], undefined],
    // A letter that only looks the same is another one.
    ['а', ['a'], undefined],
  ])('%j among %j: %j', (wanted, names, near) => {
    expect(spellingFinder(names)(wanted)).toBe(near);
  });
});

describe('a name that was slipped', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['consent_fiel', ['photo', 'consent_file', 'consent'], 'consent_file'],
    ['Photo', ['photo', 'scan'], 'photo'],
    ['baseline_arm_2', ['baseline_arm_1', 'followup_arm_1'], 'baseline_arm_1'],
    ['zzz', ['photo', 'consent_file'], undefined],
    ['x', [], undefined],
  ])('%j among %j: %j', (wanted, names, near) => {
    expect(nearestName(wanted, names)).toBe(near);
  });
});

describe('a name that has a word in common', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['consent', ['consent_file', 'photo'], 'consent_file'],
    ['Scan_2', ['scan', 'photo'], 'scan'],
    ['consent', ['consent_a', 'consent_b'], undefined],
    ['ct_1', ['ct_2'], undefined],
    ['picture', ['photo'], undefined],
  ])('%j among %j: %j', (wanted, names, near) => {
    expect(nameWithSameWord(wanted, names)).toBe(near);
  });
});
