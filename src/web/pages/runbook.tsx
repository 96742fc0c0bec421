import type { RunbookView } from "../detail-views.ts";
import { Inline, Markdown } from "./parts/markdown.tsx";

/** One runbook: first checks, remedies, and the text below. */
export function runbookPage({ title, owners, firstChecks, remedies, links, body }: RunbookView) {
  return (
    <>
      <p class="crumbs">
        <a href="/alerts">Alerts</a>
        {" / runbook"}
      </p>
      <h1>{title}</h1>
      {owners.length > 0 && <p class="faint">{`Owners: ${owners.join(", ")}`}</p>}
      <div class="columns">
        <div>
          <h2>Look first</h2>
          <ol class="card plain steps">
            {firstChecks.map((text) => (
              <li>
                <Inline text={text} />
              </li>
            ))}
          </ol>
          <h2>What may help</h2>
          <ol class="card plain steps">
            {remedies.map(({ text }) => (
              <li>
                <Inline text={text} />
              </li>
            ))}
          </ol>
        </div>
        <aside aria-label="Background">
          <div class="prose">
            <Markdown text={body} />
          </div>
          {links.length > 0 && (
            <>
              <h2>Links</h2>
              <ul class="plain">
                {links.map(({ title: text, url }) => (
                  <li>
                    <a href={url}>{text}</a>
                  </li>
                ))}
              </ul>
            </>
          )}
        </aside>
      </div>
    </>
  );
}
