// biome-ignore-all lint/a11y/noRedundantRoles: display: block takes the roles of a table's parts away
import type { ComponentChildren } from 'preact';

export interface RecordRow {
  readonly key: string;
  /** One cell per column. */
  readonly cells: readonly ComponentChildren[];
}

/**
 * A table that becomes a stack of blocks where it would not fit, each cell with its column's name. The roles are
 * written out because browsers drop a table's meaning when its display changes.
 */
export function Records({
  label,
  columns,
  rows,
}: {
  /** Id of the heading that names the table. */
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly RecordRow[];
}) {
  return (
    <div class="records-frame">
      <table class="records" role="table" aria-labelledby={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column} scope="col" role="columnheader">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <Row key={row.key} {...{ columns, row }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ columns, row }: { readonly columns: readonly string[]; readonly row: RecordRow }) {
  return (
    <tr role="row">
      {row.cells.map((cell, at) => (
        <td key={columns[at]} role="cell">
          <span class="column-name" aria-hidden="true">
            {columns[at]}
          </span>
          <div>{cell}</div>
        </td>
      ))}
    </tr>
  );
}
