/**
 * What a browser adds to the lists of rows: search, filters, sorting and pages,
 * and all rows in print. It holds no data: that stands beside each list, and
 * the first rows and everything else on the page can be read without it.
 */
export const SCRIPT = `'use strict';
(() => {
  const number = new Intl.NumberFormat('en-GB');
  const collator = new Intl.Collator('en', { numeric: true });
  const SVG = 'http://www.w3.org/2000/svg';
  const FILTERS = { state: 'State', field: 'Field', event: 'Event' };

  const make = (tag, className, ...content) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...content);
    return node;
  };
  const textOf = (cell) => (Array.isArray(cell) ? cell.flat().join('') : String(cell));
  const bdi = (cell) =>
    Array.isArray(cell)
      ? make('bdi', '', ...cell.map((piece) => (Array.isArray(piece) ? make('span', 'unseen', piece[0]) : piece)))
      : make('bdi', '', String(cell));
  const swatch = (state) => {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('class', 'swatch');
    svg.setAttribute('viewBox', '0 0 12 12');
    svg.setAttribute('aria-hidden', 'true');
    const rect = document.createElementNS(SVG, 'rect');
    rect.setAttribute('class', 's-' + state);
    for (const [name, value] of Object.entries({ x: 0, y: 0, width: 12, height: 12 })) {
      rect.setAttribute(name, value);
    }
    svg.append(rect);
    return svg;
  };

  const start = (holder) => {
    const id = holder.dataset.list;
    const part = (name) => document.getElementById(id + '-' + name);
    const list = JSON.parse(holder.textContent);
    const { columns, places, rows, pageRows } = list;
    const table = part('table');
    const body = table.tBodies[0];
    const heads = Array.from(table.tHead.rows[0].cells);
    const labelOf = (column, name) => {
      const labels = list.labels[column.at] || {};
      return Object.hasOwn(labels, name) ? labels[name] : '';
    };
    const codeOf = (row) => {
      const code = textOf(row[places.code]);
      return code === 'would_delete' ? '' : code;
    };

    const draw = {
      number: (row, { at }) => [bdi(row[at])],
      value: (row, { at }) => [bdi(row[at])],
      digest: (row, { at }) => [make('code', 'digest', textOf(row[at]))],
      labelled: (row, column) => {
        const label = labelOf(column, textOf(row[column.at]));
        return label === '' ? [bdi(row[column.at])] : [bdi(row[column.at]), ' ', make('span', 'tag', label)];
      },
      state: (row, { at }) => [make('span', 'state', swatch(row[at]), list.states[row[at]])],
      file: (row, { at }) => {
        const isUnnamed = row[at] === '' && row[places.state] === 'would_delete';
        const name = isUnnamed ? make('em', '', 'name not known') : bdi(row[at]);
        return row[places.signature] === 1 ? [name, ' ', make('span', 'tag', 'signature')] : [name];
      },
      message: (row, { at }) => {
        const code = codeOf(row);
        return code === '' ? [bdi(row[at])] : [bdi(row[at]), ' ', make('code', 'tag', code)];
      },
      restored: (row, { at }) => (row[at] === 1 ? [list.restoredWords] : []),
    };
    const drawRow = (row) => {
      const line = document.createElement('tr');
      columns.forEach((column, at) => {
        const cell = document.createElement(at === 0 ? 'th' : 'td');
        if (at === 0) cell.scope = 'row';
        if (column.kind === 'number' || column.kind === 'message') cell.className = column.kind;
        cell.dataset.head = column.head;
        cell.append(...draw[column.kind](row, column));
        line.append(cell);
      });
      return line;
    };

    // Browsers take minutes to print many thousand rows of cells, and cut off what is too wide for
    // the paper: such lists are printed as lines of text.
    const drawLine = (row) => {
      const parts = [];
      for (const column of columns) {
        const cell = row[column.at];
        const text = column.kind === 'state' || column.kind === 'restored' ? wordsOf(row, column) : textOf(cell);
        if (text === '') continue;
        parts.push((parts.length === 0 ? '' : ' \u00b7 ') + column.head + ': ');
        parts.push(/^[ -~]*$/.test(text) && !Array.isArray(cell) ? text : bdi(text === textOf(cell) ? cell : text));
        const label = column.kind === 'labelled' ? labelOf(column, text) : '';
        if (label !== '') parts.push(' (' + label + ')');
      }
      const cell = make('td', 'line', ...parts);
      cell.colSpan = columns.length;
      cell.normalize();
      return make('tr', '', cell);
    };

    const wordsOf = (row, column) => {
      const text = textOf(row[column.at]);
      switch (column.kind) {
        case 'labelled': return text + ' ' + labelOf(column, text);
        case 'state': return list.states[text];
        case 'file': return row[places.signature] === 1 ? text + ' signature' : text;
        case 'message': return text + ' ' + codeOf(row);
        case 'restored': return text === '' ? '' : list.restoredWords;
        default: return text;
      }
    };
    const texts = [];
    const searched = (at) =>
      (texts[at] ??= columns.map((column) => wordsOf(rows[at], column)).join('\\n').toLocaleLowerCase());

    const search = part('search');
    const filters = Object.keys(FILTERS).flatMap((name) => {
      const column = columns.find(({ head }) => head === FILTERS[name]);
      if (column === undefined) return [];
      const counts = new Map();
      for (const row of rows) {
        const value = textOf(row[column.at]);
        counts.set(value, (counts.get(value) || 0) + 1);
      }
      if (counts.size < 2 || counts.size > 500) return [];
      const select = part(name);
      for (const [value, n] of counts) {
        const shown = column.kind === 'state' ? list.states[value] : value || '(blank)';
        const option = make('option', '', shown + ' (' + number.format(n) + ')');
        option.value = '=' + value;
        option.dataset.words = name + ' ' + shown;
        select.append(option);
      }
      select.parentElement.hidden = false;
      return [{ select, at: column.at }];
    });

    let order = rows.map((_, at) => at);
    let fitting = order;
    let sortedBy = -1;
    let down = false;
    let page = 0;

    const filterWords = () => {
      const chosen = filters.flatMap(({ select }) => (select.value === '' ? [] : [select.selectedOptions[0].dataset.words]));
      const words = search.value.trim();
      return [...chosen, ...(words === '' ? [] : ['search \\u201c' + words + '\\u201d'])].join(', ');
    };
    const orderWords = () => {
      if (sortedBy === -1) return list.order;
      const { head, kind } = columns[sortedBy];
      const which = kind === 'number' ? (down ? 'highest first' : 'lowest first') : down ? 'Z to A' : 'A to Z';
      return 'sorted by ' + head + ', ' + which;
    };
    const say = (from, to) => {
      const n = (count) => number.format(count);
      const held = list.isCut ? 'the ' + n(rows.length) + ' on this page' : n(rows.length);
      const words = filterWords();
      const rest = rows.length - fitting.length;
      const span = 'Rows ' + n(from + 1) + ' to ' + n(to);
      if (words === '') {
        const all = list.isCut ? 'All ' + n(rows.length) + ' rows on this page' : 'All ' + n(rows.length) + ' rows';
        if (to - from < rows.length) return span + ' of ' + held + ', ' + orderWords() + '.';
        return rows.length === 1 ? 'One row.' : all + ', ' + orderWords() + '.';
      }
      const left = ' ' + (rest === 1 ? '1 row is left out.' : n(rest) + ' rows are left out.');
      const all = list.isCut ? 'the ' + n(rows.length) + ' rows on this page' : n(rows.length) + (rows.length === 1 ? ' row' : ' rows');
      const fit = n(fitting.length) + ' of ' + all + (fitting.length === 1 ? ' fits' : ' fit') + ' the filter (' + words + ').' + left;
      if (fitting.length === 0) return fit;
      return fit + ' ' + (to - from < fitting.length ? span + ' of these' : 'All of these') + ', ' + orderWords() + '.';
    };

    const show = (whole) => {
      const pages = Math.max(Math.ceil(fitting.length / pageRows), 1);
      page = Math.min(page, pages - 1);
      const from = whole ? 0 : page * pageRows;
      const to = whole ? fitting.length : Math.min(from + pageRows, fitting.length);
      const drawn = document.createDocumentFragment();
      const asLines = whole && (to - from > 1000 || columns.length > 10);
      table.classList.toggle('long', asLines);
      for (let at = from; at < to; at += 1) drawn.append((asLines ? drawLine : drawRow)(rows[fitting[at]]));
      body.replaceChildren(drawn);
      part('shown').textContent = say(from, to);
      part('pager').hidden = pages === 1;
      part('page').textContent = 'Page ' + number.format(page + 1) + ' of ' + number.format(pages);
      part('back').disabled = page === 0;
      part('on').disabled = page === pages - 1;
    };

    const filter = () => {
      const words = search.value.toLocaleLowerCase().split(/\\s+/).filter(Boolean);
      const chosen = filters.filter(({ select }) => select.value !== '');
      fitting = order.filter(
        (at) =>
          chosen.every(({ select, at: place }) => '=' + textOf(rows[at][place]) === select.value) &&
          (words.length === 0 || words.every((word) => searched(at).includes(word))),
      );
      page = 0;
      show(false);
    };

    const sortBy = (column, isDown) => {
      sortedBy = column;
      down = isDown;
      order = rows.map((_, at) => at);
      if (column !== -1) {
        const { kind } = columns[column];
        const keys = rows.map((row) => wordsOf(row, columns[column]).trim());
        const compare = kind === 'number' ? (one, other) => one - other || collator.compare(one, other) : collator.compare;
        order.sort((one, other) => {
          if (keys[one] === '' || keys[other] === '') return (keys[one] === '') - (keys[other] === '');
          return (down ? -1 : 1) * compare(keys[one], keys[other]) || one - other;
        });
      }
      heads.forEach((head, at) => {
        if (at === column) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        else head.removeAttribute('aria-sort');
      });
      part('sort').value = column === -1 ? '' : String(column);
      part('turn').hidden = column === -1;
      filter();
    };

    const turnTo = (to) => {
      page = to;
      show(false);
      part('tools').scrollIntoView();
    };

    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      button.addEventListener('click', () => sortBy(column, sortedBy === column && !down));
      head.append(button);
    });
    search.addEventListener('input', filter);
    for (const { select } of filters) select.addEventListener('change', filter);
    part('sort').addEventListener('change', (event) => sortBy(event.target.value === '' ? -1 : Number(event.target.value), false));
    part('turn').addEventListener('click', () => sortBy(sortedBy, !down));
    part('back').addEventListener('click', () => turnTo(page - 1));
    part('on').addEventListener('click', () => turnTo(page + 1));
    part('tools').addEventListener('submit', (event) => event.preventDefault());
    addEventListener('beforeprint', () => show(true));
    addEventListener('afterprint', () => show(false));
    part('tools').hidden = false;
    show(false);
  };

  for (const holder of document.querySelectorAll('script[data-list]')) start(holder);
})();
`;
