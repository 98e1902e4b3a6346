/** What every subcommand is given: output, clock, environment, places. Made once by main.ts, faked by tests. */
import { resolve } from 'node:path';
import type { Places } from '../../shared/places.ts';
import type { Clock } from '../../shared/time.ts';
import { systemClock } from './clock.ts';
import type { CompletedCommand } from './completion.ts';
import { type CommandEnvironment, readEnvironment } from './config.ts';
import { type ExitName, exitCodeOf } from './exit-codes.ts';
import { type Paint, paintForTerminal, paintNothing } from './output/paint.ts';
import { placesOf } from './system-places.ts';

/** One stream a person or a script reads. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Cells of the terminal now; Infinity where it is none. */
  width(): number;
  /** Rows of the terminal now; Infinity where it is none. */
  height(): number;
  readonly paint: Paint;
}

export interface Context {
  readonly out: Output;
  readonly err: Output;
  readonly clock: Clock;
  readonly environment: CommandEnvironment;
  /** The folder that holds dist/ and resources/. */
  readonly rootDir: string;
  readonly version: string;
  /** All subcommands, for completion. */
  readonly commands: readonly CompletedCommand[];
  /** One answer: `json` with `--json`, else the lines of `text`. @returns exit code 0 */
  answer(input: Input, json: unknown, text: () => readonly string[]): number;
  /** What went wrong and what to do next, on stderr; with `--json` as an object on stdout. @returns the exit code */
  fail(input: Input, name: ExitName, message: string, details?: Readonly<Record<string, unknown>>): number;
  /** @param input its `--data DIR` names the data folder */
  places(input: Input): Places;
}

/** The command line of one subcommand, taken apart. */
export interface Input {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

export type Run = (context: Context, input: Input) => Promise<number>;

export function textOption(input: Input, name: string): string | null {
  const value = input.options[name];
  return typeof value === 'string' ? value : null;
}

export function flag(input: Input, name: string): boolean {
  return input.options[name] === true;
}

function outputOf(stream: NodeJS.WriteStream, environment: CommandEnvironment): Output {
  const isTerminal = stream.isTTY === true;
  const isColored = environment.wantsColor ?? isTerminal;
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    width: () => (isTerminal ? Math.max(20, stream.columns || 80) : Number.POSITIVE_INFINITY),
    height: () => (isTerminal ? Math.max(5, stream.rows || 24) : Number.POSITIVE_INFINITY),
    paint: isColored ? paintForTerminal : paintNothing,
  };
}

export interface ContextFacts {
  readonly commands: readonly CompletedCommand[];
  readonly rootDir: string;
  readonly version: string;
  readonly temporaryDir: string;
  readonly workingDir: string;
}

export function makeContext(facts: ContextFacts): Context {
  const environment = readEnvironment(facts.temporaryDir);
  const out = outputOf(process.stdout, environment);
  const err = outputOf(process.stderr, environment);
  return {
    out,
    err,
    clock: systemClock,
    environment,
    rootDir: facts.rootDir,
    version: facts.version,
    commands: facts.commands,
    answer(input, json, text) {
      out.write(
        flag(input, 'json')
          ? `${JSON.stringify(json)}\n`
          : text()
              .map((line) => `${line}\n`)
              .join(''),
      );
      return exitCodeOf('OK');
    },
    fail(input, name, message, details = {}) {
      if (flag(input, 'json'))
        out.write(`${JSON.stringify({ error: { code: name, message, ...details } })}\n`);
      else err.write(`usher: ${message}\n`);
      return exitCodeOf(name);
    },
    places(input) {
      const dataDir = textOption(input, 'data') ?? environment.dataDir;
      return placesOf(environment, dataDir === null ? undefined : resolve(facts.workingDir, dataDir));
    },
  };
}
