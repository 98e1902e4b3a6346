import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../main/cli/clock.ts';
import type { Context, Output } from '../../../main/cli/context.ts';
import { EXIT_CODES, exitCodeOf, exitCodeOfSignal } from '../../../main/cli/exit-codes.ts';
import { paintNothing } from '../../../main/cli/output/paint.ts';
import { parseCommandLine } from '../../../main/cli/program.ts';
import { SUBCOMMANDS } from '../../../main/cli/subcommands.ts';

function aContext(): { context: Context; said: { out: string; err: string } } {
  const said = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({
    write: (text) => {
      said[name] += text;
    },
    isTerminal: false,
    width: () => 100,
    height: () => 40,
    paint: paintNothing,
  });
  const context: Context = {
    out: output('out'),
    err: output('err'),
    clock: systemClock,
    environment: {
      env: {},
      homeDir: '/home/ana',
      dataDir: null,
      adminToken: null,
      enrollmentToken: null,
      wantsColor: false,
      x11Display: null,
      waylandDisplay: null,
      temporaryDir: '/tmp',
      electronPath: null,
    },
    rootDir: '/opt/usher',
    version: '1.2.3',
    commands: SUBCOMMANDS,
    answer: () => 0,
    fail(input, name, message) {
      said.err += input.options.json ? JSON.stringify({ code: name, message }) : message;
      return exitCodeOf(name);
    },
    places: () => {
      throw new Error('not asked for');
    },
  };
  return { context, said };
}

function parse(...argv: string[]) {
  const { context, said } = aContext();
  return { parsed: parseCommandLine(context, argv), said };
}

describe('the command line', () => {
  it('keeps the options of the command of `wait` out of its own', () => {
    const { parsed } = parse(
      'wait',
      'freecad',
      '--timeout',
      '2h',
      '--',
      'make',
      '--json',
      '-k',
      '--timeout=1',
    );

    expect(parsed).toMatchObject({
      kind: 'run',
      input: { words: ['freecad', 'make', '--json', '-k', '--timeout=1'], options: { timeout: '2h' } },
    });
    expect(parsed.kind === 'run' && parsed.input.options.json).toBeUndefined();
  });

  it('takes subcommands of two words', () => {
    const { parsed } = parse('pool', 'set', 'freecad', '3', '--enforcement', 'gate', '--json');

    expect(parsed).toMatchObject({
      kind: 'run',
      input: { words: ['freecad', '3'], options: { enforcement: 'gate', json: true } },
    });
  });

  it('leaves an optional product out', () => {
    expect(parse('who').parsed).toMatchObject({ kind: 'run', input: { words: [] } });
    expect(parse('who', 'gimp').parsed).toMatchObject({ kind: 'run', input: { words: ['gimp'] } });
  });

  it('reads --no-open as a word about opening', () => {
    expect(parse('start', '--no-open').parsed).toMatchObject({ input: { options: { open: false } } });
    expect(parse('start').parsed).toMatchObject({ input: { options: { open: true } } });
  });

  it.each([
    [['fly'], 'Unknown command'],
    [['queue'], 'Missing required argument'],
    [['wait', 'freecad'], 'Missing required argument'],
    [['status', '--colour'], 'Unknown option'],
    [['who', 'a', 'b'], 'Too many arguments'],
    [['pool'], 'subcommand is missing'],
    [['start', '--port'], 'argument missing'],
  ])('refuses %j with exit code 2 and a sentence', (argv, sentence) => {
    const { parsed, said } = parse(...argv);

    expect(parsed).toEqual({ kind: 'ended', exitCode: 2 });
    expect(said.err.toLowerCase()).toContain(sentence.toLowerCase());
    expect(said.err).toMatch(/--help/);
  });

  it('suggests the word that was meant', () => {
    expect(parse('relase').said.err).toContain('release');
  });

  it('says a wrong command line as JSON where JSON was asked for, but not for the command of `wait`', () => {
    expect(JSON.parse(parse('status', '--nonsense', '--json').said.err)).toMatchObject({ code: 'USAGE' });
    expect(parse('wait', '--nonsense', 'x', '--', 'ls', '--json').said.err).not.toContain('{');
  });

  it.each(SUBCOMMANDS.map(({ name }) => name))('`%s` has --help and --json', (name) => {
    const { parsed, said } = parse(...name.split(' '), '--help');

    expect(parsed).toEqual({ kind: 'ended', exitCode: 0 });
    expect(said.out).toContain(`Usage: usher ${name}`);
    expect(said.out).toContain('--json');
  });

  it('shows help and exit code 2 without any word', () => {
    const { parsed, said } = parse();

    expect(parsed).toEqual({ kind: 'ended', exitCode: 2 });
    for (const { name, isHidden } of SUBCOMMANDS)
      if (!isHidden) expect(said.err).toContain(name.split(' ')[0]);
    expect(said.err).not.toContain('demo-colleagues');
  });

  it('loads a module with `run` for every subcommand', async () => {
    for (const { load } of SUBCOMMANDS) expect(typeof (await load()).run).toBe('function');
  });
});

describe('exit codes', () => {
  it('are all different and those of wait lie where timeout(1) has them', () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);

    expect(new Set(codes).size).toBe(codes.length);
    expect([exitCodeOf('TIMED_OUT'), exitCodeOf('COMMAND_NOT_FOUND'), exitCodeOfSignal(15)]).toEqual([
      124, 127, 143,
    ]);
  });

  it('stand in docs/COMMANDS.md as they are, and so does every subcommand', () => {
    const text = readFileSync(new URL('../../../docs/COMMANDS.md', import.meta.url), 'utf8');

    for (const [name, { code, meaning }] of Object.entries(EXIT_CODES))
      expect(text).toContain(`| ${code} | \`${name}\` | ${meaning} |`);
    for (const { name, isHidden } of SUBCOMMANDS) if (!isHidden) expect(text).toContain(`\`usher ${name}`);
  });
});
