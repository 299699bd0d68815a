import { describe, expect, it } from 'vitest';
import { nearestName, nearestSpelling } from '../../src/project/near.ts';

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
  ])('%j among %j: %j', (wanted, names, near) => {
    expect(nearestSpelling(wanted, names)).toBe(near);
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
