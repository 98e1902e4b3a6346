/** Denials of each day as bars: filled what was one, outlined above it what turned out to be none. */
import type { DenialReport } from '../../../shared/rest.ts';
import { denialsText } from '../../../shared/strings-denials.ts';
import styles from '../console.module.css';
import { barsOf, CHART } from './denial-bars.ts';

export function DenialChart({ days }: { readonly days: DenialReport['days'] }) {
  const { bars, ticks, labels } = barsOf(days);
  const { width, height, left, bottom } = CHART;
  return (
    <figure className={`${styles.surface} ${styles.chartFrame}`} style={{ margin: 0 }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={styles.chartScroll} aria-label={denialsText.byDay} tabIndex={0}>
        <svg
          className={styles.chart}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={denialsText.chart(days.length)}
        >
          {ticks.map(({ y, value }) => (
            <g key={value}>
              <line className={styles.axis} x1={left} x2={width} y1={y} y2={y} />
              <text x={left - 6} y={y + 4} textAnchor="end">
                {value}
              </text>
            </g>
          ))}
          {bars.map(({ day, x, width: barWidth, top, middle }) => (
            <g key={day}>
              <title>{day}</title>
              <rect className={styles.bar} x={x} y={middle} width={barWidth} height={bottom - middle} />
              {top < middle && (
                <rect className={styles.falseBar} x={x} y={top} width={barWidth} height={middle - top} />
              )}
            </g>
          ))}
          {labels.map(({ x, text }) => (
            <text key={text} x={x} y={height - 4} textAnchor="middle">
              {text}
            </text>
          ))}
        </svg>
      </section>
      <figcaption className={styles.legend}>
        <span>
          <span className={styles.swatch} aria-hidden="true" />
          {denialsText.denials}
        </span>
        <span>
          <span className={styles.swatch} data-kind="false" aria-hidden="true" />
          {denialsText.falseDenials}
        </span>
      </figcaption>
      <details className={styles.eventBody}>
        <summary>{denialsText.byDay}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{denialsText.day}</th>
              <th scope="col">{denialsText.denials}</th>
              <th scope="col">{denialsText.falseDenials}</th>
            </tr>
          </thead>
          <tbody>
            {days.map(({ day, denials, falseDenials }) => (
              <tr key={day}>
                <td>{day}</td>
                <td>{denials}</td>
                <td>{falseDenials}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
