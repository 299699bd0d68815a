// Figures as text.

/** Rows of cells as aligned lines: the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => String(row[at]).length)));
  return rows.map(
    (row) =>
      `  ${row
        .map((cell, at) =>
          at === 0 ? String(cell).padEnd(widths[at]) : String(cell).padStart(widths[at]),
        )
        .join('  ')}`,
  );
}

export function times(value, digits = 2) {
  return value.toFixed(digits);
}

export function whole(value) {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-GB') : '-';
}

export function seconds(ms) {
  return (ms / 1000).toFixed(2);
}

/** "0.82 (target: at least 0.75: reached)" */
export function held(value, target, kind = 'at least') {
  const reached = kind === 'at least' ? value >= target : value <= target;
  const digits = target % 1 === 0 ? 0 : 2;
  return `${value.toFixed(digits)} (target: ${kind} ${target}, ${reached ? 'reached' : 'MISSED'})`;
}
