// The rows that all benchmarks work on: as a manifest, and as the bodies that delete them.
import { open } from 'node:fs/promises';

export const TOKEN = '0123456789ABCDEF0123456789ABCDEF';

function recordOf(row) {
  return `R-${String(row).padStart(8, '0')}`;
}

export function bodyOf(row) {
  return `token=${TOKEN}&content=file&action=delete&returnFormat=json&record=${recordOf(row)}&field=consent_file`;
}

export async function writeManifest(path, rows) {
  const file = await open(path, 'w');
  try {
    let text = 'record,field,site\n';
    for (let row = 1; row <= rows; row += 1) {
      text += `${recordOf(row)},consent_file,site ${row % 40}\n`;
      if (text.length < 1 << 20 && row < rows) continue;
      await file.write(text);
      text = '';
    }
  } finally {
    await file.close();
  }
}

/** Every deletion as a curl config: `curl --parallel -K <path>`. */
export async function writeCurlConfig(path, url, rows) {
  const file = await open(path, 'w');
  try {
    for (let row = 1; row <= rows; row += 1) {
      const next = row === 1 ? '' : 'next\n';
      await file.write(`${next}url = "${url}"\ndata = "${bodyOf(row)}"\nsilent\n`);
    }
  } finally {
    await file.close();
  }
}
