import type { ComponentChildren } from "preact";

type Cell = ComponentChildren;

/**
 * A table in a card of its own, which scrolls where it is wider than the page.
 * @param names of the columns; "" for one without a name · @param rows an array of cells each, the first of which names the row; false is an empty cell
 */
export function table(
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
  title = names.filter(Boolean).join(", "),
) {
  return (
    <section class="card scroll" tabIndex={0} aria-label={title}>
      <table>
        <thead>
          <tr>
            {names.map((name) =>
              name === "" ? (
                <td key={name} />
              ) : (
                <th key={name} scope="col">
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, at) =>
                at === 0 ? (
                  <th key={names[at]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={names[at]}>{cell === false ? "" : cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
