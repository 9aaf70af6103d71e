export interface Bar {
  readonly label: string;
  readonly good: number;
  readonly bad: number;
}

const [barWidth, gap, height] = [20, 4, 100];

/**
 * Bars of two parts, told apart by filling and outline as well as by colour. The picture has a summary as its name; the
 * numbers themselves stand in a table beside it, which everybody can read.
 */
export function BarChart({
  bars,
  summary,
  legend,
}: {
  readonly bars: readonly Bar[];
  /** What the picture shows, in words. */
  readonly summary: string;
  readonly legend: { readonly good: string; readonly bad: string };
}) {
  const most = Math.max(1, ...bars.map(({ good, bad }) => good + bad));
  const scaled = (value: number) => (value * height) / most;
  return (
    <figure class="chart">
      <p class="chart-scale" aria-hidden="true">
        {most}
      </p>
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${Math.max(1, bars.length) * barWidth} ${height}`}
        preserveAspectRatio="none"
      >
        {bars.map(({ label, good, bad }, at) => (
          <g key={label}>
            <title>{`${label}: ${good} / ${bad}`}</title>
            <rect
              class="chart-good"
              x={at * barWidth + gap / 2}
              y={height - scaled(good)}
              width={barWidth - gap}
              height={scaled(good)}
            />
            <rect
              class="chart-bad"
              x={at * barWidth + gap / 2}
              y={height - scaled(good + bad)}
              width={barWidth - gap}
              height={scaled(bad)}
            />
          </g>
        ))}
      </svg>
      <p class="chart-scale" aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </p>
      <figcaption>
        <p class="chart-legend" aria-hidden="true">
          <Key part="good" /> {legend.good} <Key part="bad" /> {legend.bad}
        </p>
        <p>{summary}</p>
      </figcaption>
    </figure>
  );
}

const Key = ({ part }: { readonly part: 'good' | 'bad' }) => (
  <svg viewBox="0 0 10 10" class="chart-key" aria-hidden="true">
    <rect class={`chart-${part}`} x="1" y="1" width="8" height="8" />
  </svg>
);
