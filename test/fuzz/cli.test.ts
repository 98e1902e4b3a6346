import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPoolOptions } from '../../main/cli/admin/pool-options.ts';
import { parseDuration } from '../../main/cli/durations-input.ts';
import { paintForTerminal, paintNothing } from '../../main/cli/output/paint.ts';
import { formatTable } from '../../main/cli/output/table.ts';
import { cutToWidth, harmless, textWidth } from '../../main/cli/output/text-width.ts';
import { matchName } from '../../main/cli/product-match.ts';
import { parseStatStart } from '../../main/cli/start/process-identity.ts';
import {
  CHILD_NAMES,
  type ChildName,
  initialSupervisor,
  type SupervisorEvent,
  type SupervisorState,
  stepSupervisor,
} from '../../main/cli/start/supervisor-state.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

describe('text of strangers on a terminal', () => {
  it('never steers it, whatever it is, and is never wider than allowed', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 50 }), (text, cells) => {
        const shown = cutToWidth(harmless(text), cells);

        expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(textWidth(shown)).toBeLessThanOrEqual(cells);
      }),
    );
  });

  it('makes tables of as many lines as rows, the same with and without colors', () => {
    const columns = [
      { title: 'one', minimumWidth: 4 },
      { title: 'two', minimumWidth: 3, dropOrder: 1 },
      { title: 'three', minimumWidth: 5, align: 'right' as const },
    ];
    const row = fc.array(
      fc.record({ text: anyText, tone: fc.constantFrom('neutral' as const, 'positive' as const) }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), fc.integer({ min: 11, max: 80 }), (rows, width) => {
        const plain = formatTable(columns, rows, { width, paint: paintNothing });
        const colored = formatTable(columns, rows, { width, paint: paintForTerminal });

        expect(plain).toHaveLength(rows.length + 1);
        expect(colored.map(textWidth)).toEqual(plain.map(textWidth));
        for (const line of plain) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('what people type', () => {
  it('is a length of time in whole milliseconds, or an error', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.stringMatching(/^[0-9.smhd]{0,12}$/)), (text) => {
        const result = parseDuration(text);

        if (result.ok) expect(Number.isSafeInteger(result.value) && result.value >= 0).toBe(true);
        else expect(result.code).toBe('BAD_DURATION');
      }),
    );
  });

  it('names one of the candidates or none; an id names itself', () => {
    const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const candidates = fc.uniqueArray(fc.record({ id, name: anyText }), {
      selector: (one) => one.id,
      maxLength: 8,
    });
    fc.assert(
      fc.property(candidates, anyText, (some, query) => {
        const result = matchName(query, some, 'product');

        if (result.ok) expect(some).toContain(result.value);
        for (const one of some) expect(matchName(one.id, some, 'product')).toEqual({ ok: true, value: one });
      }),
    );
  });

  it('becomes settings of a pool or a usage error', () => {
    const options = fc.record(
      {
        name: anyText,
        products: anyText,
        overdraft: anyText,
        enforcement: anyText,
        countBy: anyText,
        instancesPerSeat: anyText,
        offerWindow: anyText,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyText, options, (seats, given) => {
        const result = readPoolOptions({ words: ['pool', seats], options: given });

        expect(result.ok || result.code === 'USAGE').toBe(true);
      }),
    );
  });
});

describe('a stat line of the kernel', () => {
  it('gives its start whatever the process is called, and garbage gives none or digits', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), (name, ticks) => {
        const fields = ['S', ...Array.from({ length: 18 }, () => '0'), String(ticks), '1', '2'];

        expect(parseStatStart(`12 (${name}) ${fields.join(' ')}`)).toBe(String(ticks));
        expect(parseStatStart(name) ?? '0').toMatch(/^\d+$/);
      }),
    );
  });
});

describe('the supervisor’s rules under any sequence of events', () => {
  const child = fc.constantFrom(...CHILD_NAMES);
  const exit = fc.oneof(
    fc.record({ code: fc.integer({ min: 0, max: 255 }), signal: fc.constant(null) }),
    fc.constant({ code: null, signal: 'SIGKILL' }),
  );

  /** Processes and timers as the world has them: only what was started can say that it is ready or end. */
  it('never start a process twice, start nothing after a stop, and always end', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ready' as const), child }),
      fc.record({ kind: fc.constant('exited' as const), child, exit }),
      fc.record({ kind: fc.constant('wanted' as const), child }),
      fc.record({ kind: fc.constant('timer' as const) }),
      fc.record({ kind: fc.constant('stop' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
        const world = new World();
        world.handle({ kind: 'start' });
        for (const one of steps) world.attempt(one, seed);
        world.handle({ kind: 'stop' });
        for (const name of CHILD_NAMES)
          world.attempt({ kind: 'exited', child: name, exit: { code: 0, signal: null } }, 0);
        for (const name of CHILD_NAMES)
          world.attempt({ kind: 'exited', child: name, exit: { code: 0, signal: null } }, 0);

        expect(world.state.phase.phase).toBe('stopped');
        expect(world.stopped).toBe(1);
        expect([...world.alive]).toEqual([]);
      }),
    );
  });
});

type Attempt = Exclude<SupervisorEvent, { kind: 'timer' | 'start' }> | { readonly kind: 'timer' };

class World {
  state: SupervisorState = initialSupervisor(['server', 'agent']);
  readonly alive = new Set<ChildName>();
  stopped = 0;
  readonly #timers: Extract<SupervisorEvent, { kind: 'timer' }>['timer'][] = [];
  #nowMs = 0;

  attempt(event: Attempt, seed: number): void {
    this.#nowMs += 1_000;
    if (event.kind === 'timer') {
      const [timer] = this.#timers.splice(seed % Math.max(1, this.#timers.length), 1);
      if (timer) this.handle({ kind: 'timer', timer });
      return;
    }
    if ((event.kind === 'ready' || event.kind === 'exited') && !this.alive.has(event.child)) return;
    if (event.kind === 'exited') this.alive.delete(event.child);
    this.handle(event);
  }

  handle(event: SupervisorEvent): void {
    const wasRunning = this.state.phase.phase === 'running';
    const { state, effects } = stepSupervisor(this.state, event, this.#nowMs);
    this.state = state;
    for (const effect of effects) {
      if (effect.do === 'spawn') {
        expect(wasRunning).toBe(true);
        expect(this.alive.has(effect.child)).toBe(false);
        this.alive.add(effect.child);
      }
      if (effect.do === 'stopped') this.stopped += 1;
      if (effect.do === 'set-timer') this.#timers.push(effect.timer);
      if (effect.do === 'cancel-timer' && this.#timers.includes(effect.timer))
        this.#timers.splice(this.#timers.indexOf(effect.timer), 1);
    }
  }
}
