/**
 * What a browser adds to the table of rows: search, a filter by state, and
 * sorting. It holds no data, and the page can be read whole without it.
 */
export const SCRIPT = `'use strict';
(() => {
  const table = document.getElementById('attention-rows');
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, text: row.textContent.toLocaleLowerCase() }));
  const search = document.getElementById('attention-search');
  const state = document.getElementById('attention-state');
  const count = document.getElementById('attention-count');
  const tools = document.getElementById('attention-tools');
  const number = new Intl.NumberFormat('en-GB');

  const filter = () => {
    const words = search.value.toLocaleLowerCase().split(/\\s+/).filter(Boolean);
    let left = 0;
    for (const { row, text } of rows) {
      const fits =
        (state.value === '' || row.dataset.state === state.value) &&
        words.every((word) => text.includes(word));
      row.hidden = !fits;
      if (fits) left += 1;
    }
    count.textContent = number.format(left) + ' of ' + number.format(rows.length) + ' rows';
  };

  const collator = new Intl.Collator('en', { numeric: true });
  const sortBy = (head, column) => {
    const down = head.getAttribute('aria-sort') === 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const keyed = rows.map(({ row }) => ({ row, key: row.cells[column].textContent.trim() }));
    keyed.sort((one, other) => {
      if (one.key === '' || other.key === '') return (one.key === '') - (other.key === '');
      return (down ? -1 : 1) * collator.compare(one.key, other.key);
    });
    body.append(...keyed.map(({ row }) => row));
  };

  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    button.addEventListener('click', () => sortBy(head, column));
    head.append(button);
  });
  table.tHead.rows[0].cells[0].setAttribute('aria-sort', 'ascending');

  search.addEventListener('input', filter);
  state.addEventListener('change', filter);
  tools.addEventListener('submit', (event) => event.preventDefault());
  filter();
  tools.hidden = false;
})();
`;
