import { buildPage, buildRow, PROJECT, unsent } from './build.ts';

/** Values that try to break out of the page, or to make it say something else. */
export const HOSTILE_VALUES = [
  '<img src=x onerror="window.hacked=1">',
  '</script><script>window.hacked=1</script>',
  '</style><style>*{display:none}</style>',
  '"><svg onload=window.hacked=1>',
  "' onmouseover='window.hacked=1' x='",
  '" autofocus onfocus="window.hacked=1',
  'javascript:window.hacked=1',
  '<a href="javascript:window.hacked=1">click</a>',
  '<iframe src="https://evil.example/"></iframe>',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<base href="https://evil.example/">',
  '<!--',
  ']]>',
  '&lt;script&gt;window.hacked=1&lt;/script&gt;',
  '${window.hacked=1}',
  '{{constructor.constructor("window.hacked=1")()}}',
  'invoice\u202Efdp.exe',
  '\u2066\u2067\u202Bright to left\u2069',
  'a\u200Bb\u200E\u061C\uFEFFc',
  '10\u200D1',
  'null\u0000byte\u0007bell\u001B[31mred',
  'two\nlines\r\nand\ta tab\u2028and more',
  '\uD800 half a pair',
  ' 1001 ',
  '=HYPERLINK("https://evil.example","x")',
  'z\u0336\u0335\u0337\u0338'.repeat(12),
  'word'.repeat(500),
  '__proto__',
  'constructor',
] as const;

/** Every value that somebody else chose is hostile. */
export function hostileRun(): string {
  const value = HOSTILE_VALUES.join(' ');
  return buildPage(
    HOSTILE_VALUES.map((text, at) =>
      buildRow(at + 1, {
        row: { record: text, field: text, event: text, instance: text },
        outcome: {
          ...unsent('failed', 'http_400', `the server said: ${text}`),
          code: 'http_400',
          file: { name: text },
        },
      }),
    ),
    {
      header: {
        project: { ...PROJECT, title: value, redcapVersion: value, notes: [value] },
        host: value,
        user: value,
        url: value,
        tool: value,
        options: { [HOSTILE_VALUES[0]]: value, list: [...HOSTILE_VALUES] },
        columns: { record: value },
        manifest: { name: value, sha256: value, bytes: 1, rows: HOSTILE_VALUES.length },
        approved: { directory: value, sha256: value },
      },
      run: { stop: { code: 'banned', message: value } },
      context: {
        exitCode: 3,
        runDirectory: value,
        files: [{ name: value, sha256: value, bytes: 1 }],
        tool: value,
      },
    },
  );
}
