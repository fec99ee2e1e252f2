/** The flow table of the backup system: what the documents promise, what was seen, what could have been. */
import type { FlowTable } from "../model/flow-table.ts";
import { Linked } from "./linked.tsx";
import { runAddress } from "./page-address.ts";

export function Flows({ flows }: { readonly flows: FlowTable }) {
  const { title, about, heads, seenColumn, rows, sources } = flows;
  return (
    <section id="flows" aria-labelledby="flows-title">
      <h2 id="flows-title" tabIndex={-1}>
        {title}
      </h2>
      <p>{about}</p>
      <div class="scroll" role="region" aria-label="Table of flows" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
              <th scope="col">run</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ run, cells, isAsDocumented }) => (
              <tr key={run.id}>
                {cells.map((cell, column) =>
                  column === seenColumn && !isAsDocumented ? (
                    <td key={heads[column]} class="mismatch">
                      <b>{cell}</b> <span class="note">not as documented</span>
                    </td>
                  ) : (
                    <td key={heads[column]}>{cell}</td>
                  ),
                )}
                <td>
                  <a href={runAddress(run.id)}>{run.scenario}</a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="source">
        Documented in{" "}
        {sources.map((source, index) => (
          <span key={source}>
            {index > 0 && " and "}
            <Linked text={source} />
          </span>
        ))}
        ; the addresses show today's text.
      </p>
    </section>
  );
}
