import { describe, expect, it } from 'vitest';
import { fit, takesLinks, widthOf } from '../../src/cli/screen.ts';

describe('lines on a terminal', () => {
  it.each<[string, string, string]>([
    [
      'prose',
      'The server does not accept the token, or it is not one.',
      'The server does not accept the token, or\nit is not one.',
    ],
    [
      'a text behind its name',
      'Project   A study of long titles and of many words',
      'Project   A study of long titles and of\n          many words',
    ],
    [
      'a figure with its words',
      '       12  signatures among them, which stay gone',
      '       12  signatures among them, which\n           stay gone',
    ],
    [
      'a command, which is copied',
      'To go on: redcap-sweep resume reports/2026-11-24T03-12-07-withdrawn',
      'To go on: redcap-sweep resume reports/2026-11-24T03-12-07-withdrawn',
    ],
    [
      'a path, which is copied',
      'Look at   /home/ann/a study/reports/2026-11-24T03-12-07/report.html',
      'Look at   /home/ann/a study/reports/2026-11-24T03-12-07/report.html',
    ],
    ['a word that is too long', 'x'.repeat(50), 'x'.repeat(50)],
  ])('%s', (_what, line, shown) => {
    expect(fit(line, { columns: 40 })).toBe(shown);
    expect(fit(line, { columns: undefined })).toBe(line);
  });

  it('colours and links take no room', () => {
    const link = '\u001b]8;;file:///a%20long/path\u001b\\here\u001b]8;;\u001b\\';
    expect(widthOf(`\u001b[1;31mRefused\u001b[0m ${link}`)).toBe('Refused here'.length);
  });
});

it.each<[string, Readonly<Record<string, string>>, boolean]>([
  ['Windows Terminal', { WT_SESSION: 'x' }, true],
  ['GNOME', { TERM: 'xterm-256color', VTE_VERSION: '6800' }, true],
  ['iTerm2', { TERM_PROGRAM: 'iTerm.app' }, true],
  ["macOS' own terminal", { TERM_PROGRAM: 'Apple_Terminal' }, false],
  ['one that is not known', { TERM: 'xterm' }, false],
  ['from afar', { WT_SESSION: 'x', SSH_CONNECTION: 'x' }, false],
  ['in tmux', { VTE_VERSION: '6800', TMUX: 'x' }, false],
  ['asked for', { TERM: 'xterm', FORCE_HYPERLINK: '1' }, true],
  ['not wanted', { WT_SESSION: 'x', FORCE_HYPERLINK: '0' }, false],
])('links: %s', (_what, env, takes) => {
  expect(takesLinks(env)).toBe(takes);
});
