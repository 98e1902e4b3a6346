/** Completion scripts for four shells, made from the table of subcommands. Pure. */

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What completion needs to know of a subcommand (subcommands.ts has the rest). */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly { readonly completes?: 'product' | 'pool' | 'command' | readonly string[] }[];
  readonly options: readonly {
    readonly flags: string;
    readonly text: string;
    readonly completes?: 'folder' | 'file';
  }[];
  readonly isHidden?: boolean;
}

interface Choice {
  readonly word: string;
  readonly text: string;
}

/** What may follow a sequence of words: `''` for the first word, `pool` for the word after it, ... */
interface Position {
  readonly path: string;
  readonly choices: readonly Choice[];
  readonly options: readonly (Choice & {
    readonly takesValue: boolean;
    readonly completes: 'folder' | 'file' | null;
  })[];
  /** Names that come from what runs now. */
  readonly names: 'product' | 'pool' | null;
}

function optionsOf(subcommand: CompletedCommand): Position['options'] {
  return subcommand.options.map(({ flags, text, completes }) => ({
    word: flags.split(' ')[0] ?? flags,
    text,
    takesValue: flags.includes('<'),
    completes: completes ?? null,
  }));
}

function positionOf(subcommand: CompletedCommand): Position {
  const [first] = subcommand.words;
  const completes = first?.completes;
  const fixed = typeof completes === 'object' ? completes : [];
  return {
    path: subcommand.name,
    choices: fixed.map((word) => ({ word, text: '' })),
    options: [
      ...optionsOf(subcommand),
      { word: '--help', text: 'show help', takesValue: false, completes: null },
    ],
    names: completes === 'product' || completes === 'pool' ? completes : null,
  };
}

function completionPositions(commands: readonly CompletedCommand[]): readonly Position[] {
  const visible = commands.filter(({ isHidden }) => !isHidden);
  const groups = new Map<string, Choice[]>();
  const top: Choice[] = [];
  for (const { name, summary } of visible) {
    const [first = '', second] = name.split(' ');
    if (second === undefined) top.push({ word: first, text: summary });
    else {
      const group = groups.get(first);
      if (group) group.push({ word: second, text: summary });
      else {
        groups.set(first, [{ word: second, text: summary }]);
        top.push({ word: first, text: `${first} …` });
      }
    }
  }
  const group = (path: string, choices: readonly Choice[]): Position => ({
    path,
    choices,
    options: [],
    names: null,
  });
  return [
    group('', top),
    ...[...groups].map(([path, choices]) => group(path, choices)),
    ...visible.map(positionOf),
  ];
}

function bash(positions: readonly Position[]): string {
  const cases = positions.map(({ path, choices, options, names }) => {
    const words = [...choices, ...options].map(({ word }) => word).join(' ');
    const live = names ? ` $("\${COMP_WORDS[0]}" complete-names ${names} 2>/dev/null)` : '';
    return `    '${path}') words="${words}${live}" ;;`;
  });
  const groups = positions.filter(
    ({ path, choices }) => path !== '' && choices.length > 0 && !path.includes(' '),
  );
  return `# bash completion for usher: source <(usher completion bash)
_usher() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      --) compopt -o default; COMPREPLY=(); return ;;
      -*) ;;
      *) if [ -z "$path" ]; then path="\${COMP_WORDS[index]}"
         else case "$path" in ${groups.map(({ path }) => path).join('|')}) path="$path \${COMP_WORDS[index]}" ;; esac; fi ;;
    esac
  done
  case "$previous" in
    --data) COMPREPLY=($(compgen -d -- "$current")); return ;;
    --tls-cert|--tls-key) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _usher usher
`;
}

function quoteZsh(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', '\\:');
}

function zsh(positions: readonly Position[]): string {
  const cases = positions.map(({ path, choices, options, names }) => {
    const described = [...choices, ...options].map(({ word, text }) => `'${word}:${quoteZsh(text || word)}'`);
    const live = names ? `\n      compadd -- \${(f)"$(usher complete-names ${names} 2>/dev/null)"}` : '';
    return `    '${path}')${live}
      candidates=(${described.join(' ')})
      _describe 'usher' candidates ;;`;
  });
  const groups = positions.filter(
    ({ path, choices }) => path !== '' && choices.length > 0 && !path.includes(' '),
  );
  return `#compdef usher
# zsh completion for usher: source <(usher completion zsh)
_usher() {
  local -a candidates
  local path_of_words='' word
  for word in \${words[2,CURRENT-1]}; do
    case "$word" in
      --) _default; return ;;
      -*) ;;
      *) if [[ -z "$path_of_words" ]]; then path_of_words="$word"
         elif [[ "$path_of_words" == (${groups.map(({ path }) => path).join('|')}) ]]; then path_of_words="$path_of_words $word"; fi ;;
    esac
  done
  case "\${words[CURRENT-1]}" in
    --data) _directories; return ;;
    --tls-cert|--tls-key) _files; return ;;
  esac
  case "$path_of_words" in
${cases.join('\n')}
  esac
}
compdef _usher usher
`;
}

function quoteSingle(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}

function fish(positions: readonly Position[]): string {
  const lines = ['# fish completion for usher: usher completion fish | source', 'complete -c usher -f'];
  for (const { path, choices, options, names } of positions) {
    const words = path === '' ? [] : path.split(' ');
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const siblings = choices.map(({ word }) => word).join(' ');
    const isFresh = siblings === '' ? '' : `not __fish_seen_subcommand_from ${siblings}`;
    const condition =
      path === '' ? '__fish_use_subcommand' : [seen, isFresh].filter((part) => part !== '').join('; and ');
    const when = `-n '${condition}'`;
    for (const { word, text } of choices)
      lines.push(`complete -c usher ${when} -a ${word} -d '${quoteSingle(text)}'`);
    for (const { word, text, takesValue, completes } of options) {
      const value = takesValue ? (completes === null ? ' -x' : ' -r -F') : '';
      lines.push(`complete -c usher -n '${seen}' -l ${word.slice(2)}${value} -d '${quoteSingle(text)}'`);
    }
    if (names) lines.push(`complete -c usher -n '${seen}' -a '(usher complete-names ${names} 2>/dev/null)'`);
  }
  return `${lines.join('\n')}\n`;
}

function powershell(positions: readonly Position[]): string {
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const entries = positions.map(({ path, choices, options, names }) => {
    const words = [...choices, ...options].map(
      ({ word, text }) => `@(${quote(word)}, ${quote(text || word)})`,
    );
    return `    ${quote(path)} = @{ Names = ${quote(names ?? '')}; Words = @(${words.map((word) => `,${word}`).join('; ')}) }`;
  });
  const groups = positions.filter(
    ({ path, choices }) => path !== '' && choices.length > 0 && !path.includes(' '),
  );
  return `# PowerShell completion for usher: usher completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName usher -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $positions = @{
${entries.join('\n')}
  }
  $groups = @(${groups.map(({ path }) => quote(path)).join(', ')})
  $path = ''
  foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
    $word = "$element"
    if ($element.Extent.EndOffset -ge $cursorPosition -or $word.StartsWith('-')) { continue }
    if ($path -eq '') { $path = $word } elseif ($groups -contains $path) { $path = "$path $word" }
  }
  $position = $positions[$path]
  if (-not $position) { return }
  if ($position.Names) {
    usher complete-names $position.Names 2>$null | Where-Object { $_ -like "$wordToComplete*" } |
      ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
  }
  $position.Words | Where-Object { $_[0] -like "$wordToComplete*" } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1]) }
}
`;
}

export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  const positions = completionPositions(commands);
  const make = { bash, zsh, fish, powershell }[shell];
  return make(positions);
}
