import { readFileSync } from 'node:fs';

export const README = readPage('README.md');

/** A page of the repository, by its path from the top. */
export function readPage(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** What stands under a heading, up to the next one of the same or a higher level. */
export function sectionOf(page: string, heading: string): string {
  const lines = page.split('\n');
  const start = lines.findIndex(
    (line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading,
  );
  if (start === -1) throw new Error(`no heading "${heading}"`);
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 0;
  const length = lines
    .slice(start + 1)
    .findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
  return lines.slice(start, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** The cells of every table row of a text, header rows and rulers left out. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n');
  return lines
    .filter(
      (line, at) =>
        line.startsWith('|') &&
        !/^\|[-| ]+\|$/.test(line) &&
        !/^\|[-| ]+\|$/.test(lines[at + 1] ?? ''),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** Inline code of a text. */
export function codeSpans(text: string): string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    (match) => match[1] ?? '',
  );
}

/** The lines of the fenced blocks of one language. */
export function fencedBlocks(text: string, language: string): string[][] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => (match[1] ?? '').split('\n').filter((line) => line !== ''),
  );
}
