import { html, shown, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';

/** What to do now, with the line to type. */
export function nextSection(page: Page): Markup {
  return html`<section aria-labelledby="next">
    <h2 id="next">What to do next</h2>
    <ol class="steps">
      ${page.nextSteps.map(
        ({ text, command }) =>
          html`<li>
            <p>${text}</p>
            ${command === undefined ? undefined : html`<pre tabindex="0" role="group" aria-label="Command"><code>${shown(command)}</code></pre>`}
          </li>`,
      )}
    </ol>
  </section>`;
}
