/** Turns the table of subcommands into a commander program. Parsing only: what a subcommand does is in its own file. */
import { Command, CommanderError, Option } from 'commander';
import type { Context, Input, Run } from './context.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { SUBCOMMANDS, type Subcommand } from './subcommands.ts';

/** Help and usage errors end here, as an exit code. */
export type Parsed =
  | { readonly kind: 'run'; readonly load: () => Promise<{ readonly run: Run }>; readonly input: Input }
  | { readonly kind: 'ended'; readonly exitCode: number };

function flattenWords(values: readonly unknown[]): readonly string[] {
  return values.flat().filter((value): value is string => typeof value === 'string');
}

function helpAfter(subcommand: Subcommand): string {
  const examples = subcommand.examples?.map((line) => `  $ ${line}`) ?? [];
  return examples.length > 0 ? `\nExamples:\n${examples.join('\n')}` : '';
}

function addSubcommand(
  parent: Command,
  subcommand: Subcommand,
  name: string,
  onRun: (parsed: Parsed) => void,
): void {
  const command = parent.command(name, { hidden: subcommand.isHidden ?? false }).summary(subcommand.summary);
  command.description(`${subcommand.summary[0]?.toUpperCase()}${subcommand.summary.slice(1)}.`);
  for (const word of subcommand.words) command.argument(word.form, word.text);
  for (const option of subcommand.options) {
    const made = new Option(option.flags, option.text);
    command.addOption(option.isHidden ? made.hideHelp() : made);
  }
  command.addHelpText('after', helpAfter(subcommand)).allowExcessArguments(false);
  command.action((...values: unknown[]) => {
    const options: Record<string, string | boolean | undefined> = command.opts();
    const words = flattenWords(values.slice(0, subcommand.words.length));
    onRun({ kind: 'run', load: subcommand.load, input: { words, options } });
  });
}

/** Every command of the program must throw instead of ending the process. */
function settle(command: Command, context: Context): void {
  command.exitOverride().showSuggestionAfterError(true);
  command.configureOutput({
    writeOut: (text) => context.out.write(text),
    writeErr: () => {},
    getOutHelpWidth: () => Math.min(context.out.width(), 110),
    getErrHelpWidth: () => Math.min(context.err.width(), 110),
  });
  for (const child of command.commands) settle(child, context);
}

function buildProgram(context: Context, onRun: (parsed: Parsed) => void): Command {
  const program = new Command('usher');
  program
    .description(
      'Usher shows everyone to a seat: floating licenses, seen, queued and given back without losing work.',
    )
    .version(context.version, '--version', 'print the version');
  const groups = new Map<string, Command>();
  for (const subcommand of SUBCOMMANDS) {
    const [first = '', second] = subcommand.name.split(' ');
    if (second === undefined) {
      addSubcommand(program, subcommand, first, onRun);
      continue;
    }
    const group = groups.get(first) ?? program.command(first).description(`see: usher ${first} --help`);
    groups.set(first, group);
    addSubcommand(group, subcommand, second, onRun);
  }
  program.addHelpText(
    'after',
    `\nExit codes: ${EXIT_CODES.OK.code} done, ${EXIT_CODES.USAGE.code} wrong command line; docs/COMMANDS.md has all.`,
  );
  settle(program, context);
  return program;
}

/** commander's own sentences start with "error: " and may carry a suggestion on a second line. */
function sentenceOf(error: CommanderError): string {
  const text = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${text[0]?.toUpperCase()}${text.slice(1)}${/[.?)]$/.test(text) ? '' : '.'} See \`usher --help\`.`;
}

/** @param argv the words after `usher` */
export function parseCommandLine(context: Context, argv: readonly string[]): Parsed {
  let result: Parsed = { kind: 'ended', exitCode: exitCodeOf('USAGE') };
  const program = buildProgram(context, (parsed) => {
    result = parsed;
  });
  if (argv.length === 0) {
    context.err.write(program.helpInformation());
    return result;
  }
  try {
    program.parse(argv, { from: 'user' });
    return result;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'ended', exitCode: exitCodeOf('OK') };
    const before = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
    const input: Input = { words: [], options: { json: before.includes('--json') } };
    const sentence =
      error.code === 'commander.help' ? 'A subcommand is missing. See `usher --help`.' : sentenceOf(error);
    return { kind: 'ended', exitCode: context.fail(input, 'USAGE', sentence) };
  }
}
