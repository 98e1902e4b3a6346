/** The desktop entry that starts the shell at login (Desktop Entry and Autostart specifications). Pure. */

/** One argument of `Exec`: quoted, its special characters escaped, `%` doubled because it begins a field code. */
export function quoteExecArgument(argument: string): string {
  const doubled = argument.replaceAll('%', '%%');
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(doubled)) return doubled;
  // First for the argument, then for the value of a key, which reads backslashes once more.
  const quoted = `"${doubled.replace(/["`$\\]/g, '\\$&')}"`;
  return quoted.replaceAll('\\', '\\\\');
}

/** @returns null when an argument holds a line break, which no desktop entry can carry */
export function autostartEntry(command: readonly string[]): string | null {
  if (command.some((argument) => /[\r\n\0]/.test(argument))) return null;
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Usher',
    'Comment=Shows who holds license seats, and tells you when it is your turn',
    `Exec=${command.map(quoteExecArgument).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}
