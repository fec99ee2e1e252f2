/** What the marks of this run mean; only those that it has. */
import { Sign } from "./sign.tsx";
import { markMeanings, type MarkStyle, signs } from "./styles.ts";

export function Legend({
  styles,
  hasOutage,
  hasEvidence,
}: {
  readonly styles: ReadonlySet<MarkStyle>;
  readonly hasOutage: boolean;
  readonly hasEvidence: boolean;
}) {
  const shown = (Object.keys(markMeanings) as MarkStyle[]).filter((style) => styles.has(style));
  return (
    <ul class="legend" aria-label="Legend">
      {hasOutage && (
        <li>
          <svg width={18} height={14} aria-hidden="true">
            <rect class="outage" width={18} height={14} />
          </svg>
          outage: at least one fault is on
        </li>
      )}
      {shown.map((style) => (
        <li key={style}>
          <svg width={18} height={14} aria-hidden="true">
            {signs.has(style) ? (
              <Sign style={style} x={9} y={0} />
            ) : (
              <path class={`mark ${style}`} d="M1 2h16v10h-16z" />
            )}
          </svg>
          {markMeanings[style]}
        </li>
      ))}
      {hasEvidence && (
        <li>
          <svg width={18} height={14} aria-hidden="true" class="flag">
            <rect class="cloth" width={14} height={14} rx={3} x={2} />
            <text x={9} y={11} text-anchor="middle">
              1
            </text>
          </svg>
          evidence of the chosen finding
        </li>
      )}
    </ul>
  );
}
