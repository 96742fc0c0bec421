import type { RunListView, RunPageView } from "../dqm-views.ts";
import { binsChart } from "./dqm-bins.tsx";
import type { Session } from "./frame/session.ts";
import { age, clock } from "./parts/format.tsx";
import { table } from "./parts/table.tsx";

const STATUSES = ["GOOD", "BAD", "STANDBY", "EXCLUDED", "NOTSET"] as const;
const PER_ROW = 100;
const MOST_ROWS = 40;
const SQUARE = 8;

/** Recent runs, how many of their lumisections are what. */
export function dqmPage({ runs }: RunListView) {
  return (
    <>
      <h1>Data quality</h1>
      {runs.length === 0 ? (
        <p class="empty">No run was judged yet.</p>
      ) : (
        table(["run", "lumisections", ...STATUSES, "judged"], runs.map(runRow), "Runs")
      )}
    </>
  );
}

function runRow({ run, counts, judgedAt }: RunListView["runs"][number]) {
  return [
    <a href={`/dqm/${run}`}>{run}</a>,
    sharesBar(counts),
    ...STATUSES.map((status) =>
      status === "BAD" && counts.BAD > 0 ? <b class="bad">{counts.BAD}</b> : (counts[status] ?? 0),
    ),
    age(judgedAt),
  ];
}

/** How much of a run is what, at a glance; the figures stand beside it. */
function sharesBar(counts: RunPageView["counts"]) {
  return (
    <div class="shares" aria-hidden="true">
      {STATUSES.filter((status) => counts[status] > 0).map((status) => (
        <i class={`status ${status}`} style={`flex-grow: ${counts[status]}`} />
      ))}
    </div>
  );
}

/** One run: the map, the ranges with their reasons, the worst bins, and what people said. */
export function runPage(run: RunPageView, session: Session) {
  const { counts, ranges, evidence, worst, overrules } = run;
  const [first] = evidence;
  return (
    <>
      <p class="crumbs">
        <a href="/dqm">Data quality</a>
        {` / ${run.run}`}
      </p>
      <section class="card head">
        <h1>{`Run ${run.run}`}</h1>
        <p class="meta">
          {STATUSES.filter((status) => counts[status] > 0).map((status) => (
            <span>
              <i class={`status ${status}`} />
              {`${counts[status]} ${status}`}
            </span>
          ))}
          {age(run.judgedAt, "judged ")}
          <span class="faint">{run.detector}</span>
        </p>
        {lumisectionMap(run)}
      </section>
      <h2>Ranges</h2>
      {rangeTable(ranges)}
      {first !== undefined && (
        <>
          <h2>{`Lumisection ${first.lumi}, the worst: ${first.histogram}`}</h2>
          <div class="card">
            <div class="scroll bare" tabIndex={0} role="region" aria-label="Bins of the worst lumisection">
              {binsChart(first)}
            </div>
            <p class="small">
              Line: seen. Dashed: expected. Band: certified runs. Below: how far each bin is off, in red where that is
              more than two standard deviations.
            </p>
            <ul>
              {worst.map((one) => (
                <li>{one}</li>
              ))}
            </ul>
          </div>
        </>
      )}
      <h2>{"People's word"}</h2>
      {overrules.length === 0 ? (
        <p class="empty">Nobody has overruled anything.</p>
      ) : (
        <ul class="list wide">{overrules.map((one) => overruled(one, session))}</ul>
      )}
      {session.may("operator") && overruleForm(run, session)}
    </>
  );
}

function lumisectionMap({ run, lumis, counts }: RunPageView) {
  const first = lumis[0]?.lumi ?? 1;
  const start = first - ((first - 1) % PER_ROW);
  const placed = lumis
    .map((one) => ({ ...one, row: Math.floor((one.lumi - start) / PER_ROW), column: (one.lumi - 1) % PER_ROW }))
    .filter(({ row }) => row < MOST_ROWS);
  const rows = Math.max(0, ...placed.map(({ row }) => row)) + 1;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Lumisections of run ${run}`}>
      <svg
        class="lumis"
        viewBox={`-44 0 ${PER_ROW * SQUARE + 44} ${rows * SQUARE * 2}`}
        role="img"
        aria-label={`Map of lumisections: ${counts.GOOD} good, ${counts.BAD} bad; the ranges stand in the table below`}
      >
        {Array.from({ length: rows }, (_, row) => (
          <text x={-4} y={row * SQUARE * 2 + 12} text-anchor="end">
            {start + row * PER_ROW}
          </text>
        ))}
        {placed.map(({ lumi, status, score, by, row, column }) => (
          <rect
            class={`status ${status}${by === null ? "" : " said"}`}
            x={column * SQUARE}
            y={row * SQUARE * 2}
            width={SQUARE - 1}
            height={SQUARE * 2 - 2}
          >
            <title>{`${lumi}: ${status}${score === null ? "" : `, score ${score.toPrecision(3)}`}${by === null ? "" : `, by ${by}`}`}</title>
          </rect>
        ))}
      </svg>
    </div>
  );
}

function rangeTable(ranges: RunPageView["ranges"]) {
  return table(
    ["lumisections", "status", "why"],
    ranges.map(({ first, last, status, reason, by }) => [
      first === last ? first : `${first}–${last}`,
      <span class="one-line">
        <i class={`status ${status}`} />
        {status}
      </span>,
      [reason, by !== null && <b>{` ${by}`}</b>],
    ]),
    "Ranges",
  );
}

function overruled(
  { id, first, last, status, reason, by, at, revokedAt }: RunPageView["overrules"][number],
  { act, may }: Session,
) {
  return (
    <li class="card tight" key={id}>
      <p>
        <b>{by}</b>
        {` says ${first}–${last} are ${status}: ${reason} `}
        {age(at)}
      </p>
      {revokedAt === null ? (
        may("operator") && (
          <button type="button" onClick={() => act({ kind: "revoke-overrule", overrule: id })}>
            Take back
          </button>
        )
      ) : (
        <p class="faint">{`taken back ${clock(revokedAt)}`}</p>
      )}
    </li>
  );
}

function overruleForm({ run, lumis }: RunPageView, { act }: Session) {
  const onsubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void act({
      kind: "overrule",
      run,
      first: Number(form.get("first")),
      last: Number(form.get("last")),
      status: form.get("status"),
      reason: form.get("reason"),
    });
  };
  const place = (name: string, value: number | undefined) => (
    <input name={name} type="number" min={1} required value={value} />
  );
  return (
    <form class="card form side-by-side" onSubmit={onsubmit}>
      <label>Lumisections from{place("first", lumis[0]?.lumi)}</label>
      <label>to{place("last", lumis.at(-1)?.lumi)}</label>
      <label>
        are
        <select name="status">
          {STATUSES.map((status) => (
            <option>{status}</option>
          ))}
        </select>
      </label>
      <label>
        because
        <input name="reason" required minLength={3} maxLength={1000} />
      </label>
      <button type="submit">Overrule</button>
    </form>
  );
}
