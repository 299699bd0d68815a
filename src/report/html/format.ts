import { countOf } from '../../words/counts.ts';

/** Figures as the page writes them: British grouping, times in UTC. */

/** Never 0 % of something, and never 100 % of less than all. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  if (part === whole) return '100 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return 'under 0.1 %';
  if (percent > 99.9) return 'over 99.9 %';
  return `${percent.toFixed(1)} %`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return countOf(bytes, 'byte');
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `24 Nov 2026, 03:12:07 UTC` */
export function formatTime(atMs: number): string {
  const iso = toIso(atMs);
  if (iso === undefined) return 'not known';
  return `${formatDay(atMs)} ${iso.slice(0, 4)}, ${iso.slice(11, 19)} UTC`;
}

/** `24 Nov` */
export function formatDay(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}`;
}

/** `undefined` for what is no time. */
export function toIso(atMs: number): string | undefined {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
