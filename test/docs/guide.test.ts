import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorsOf, fencedBlocks, linksOf, PAGES, readPage } from './markdown.ts';

const README = readPage('README.md');
const INDEX = 'docs/README.md';

describe('the guide', () => {
  it('has at most 2,500 words', () => {
    expect(README.trim().split(/\s+/).length).toBeLessThanOrEqual(2500);
  });

  it('has PowerShell beside bash', () => {
    const languages = [...README.matchAll(/^```(bash|powershell)$/gm)].map((match) => match[1]);
    expect(languages.length).toBeGreaterThan(2);
    expect(languages).toEqual(languages.map((_, at) => (at % 2 === 0 ? 'powershell' : 'bash')));
  });

  it('shows what both shells take, where it does not name one', () => {
    const lines = fencedBlocks(README, '').flat();
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.filter((line) => /&&|^export |\\$|\$[({\w]|^\w+=|[<>|']/.test(line))).toEqual([]);
  });
});

describe('links', () => {
  it.each([...PAGES, 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'manifests/README.md'])(
    'of %s lead somewhere',
    (path) => {
      const broken = linksOf(path).filter(({ target, anchor }) => {
        if (!existsSync(new URL(`../../${target}`, import.meta.url))) return true;
        return anchor !== undefined && !anchorsOf(readPage(target)).includes(anchor);
      });
      expect(broken).toEqual([]);
    },
  );

  it('lead from the index to every page, and from every page to the guide and the index', () => {
    const pages = PAGES.filter((path) => path !== 'README.md' && path !== INDEX);
    const listed = linksOf(INDEX).map(({ target }) => target);
    expect(pages.filter((path) => !listed.includes(path))).toEqual([]);
    const lost = pages.filter((path) => {
      const targets = linksOf(path).map(({ target }) => target);
      return !targets.includes('README.md') || !targets.includes(INDEX);
    });
    expect(lost).toEqual([]);
    expect(linksOf('README.md').map(({ target }) => target)).toContain(INDEX);
  });

  it('lead to pictures that are there', () => {
    const pictures = [...README.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map((match) => match[1] ?? '');
    expect(pictures.length).toBeGreaterThan(0);
    expect(
      pictures.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url))),
    ).toEqual([]);
  });
});
