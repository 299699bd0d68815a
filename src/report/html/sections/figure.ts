import { html, type Child, type Markup } from '../markup.ts';

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly picture: Markup;
  readonly legend?: Markup | undefined;
  readonly caption: Child;
  /** The same in figures, for those who would rather read them. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A picture with its words and, folded away, its figures. */
export function figure({ id, title, picture, legend, caption, head, rows }: Figure): Markup {
  return html`<figure aria-labelledby="${id}">
    <h3 id="${id}">${title}</h3>
    ${legend}${picture}
    <figcaption>${caption}</figcaption>
    <details>
      <summary>The same in figures<span class="unsaid">: ${title}</span></summary>
      <div class="scroll" role="group" tabindex="0" aria-label="${title}, in figures">
        <table class="figures">
          <thead>
            <tr>
              ${head.map((name, at) => html`<th scope="col" ${at === 0 ? undefined : html` class="number"`}>${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (cells) =>
                html`<tr>
                  ${cells.map((cell, at) => (at === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="number">${cell}</td>`))}
                </tr> `,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </figure>`;
}
