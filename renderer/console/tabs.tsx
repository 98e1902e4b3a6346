/** Parts of one page, each with an address of its own: links, so that they can be opened, kept and shared. */
import styles from './console.module.css';

interface TabsProps<Name extends string> {
  readonly label: string;
  readonly names: Readonly<Record<Name, string>>;
  readonly current: Name;
  readonly hrefOf: (name: Name) => string;
}

export function Tabs<Name extends string>({ label, names, current, hrefOf }: TabsProps<Name>) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {(Object.entries(names) as [Name, string][]).map(([name, text]) => (
        <a key={name} href={hrefOf(name)} aria-current={name === current ? 'page' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}

/** The tab of an address; a name that is none leads to the first. */
export function tabOf<Name extends string>(
  names: Readonly<Record<Name, string>>,
  wanted: string | undefined,
  first: Name,
): Name {
  return wanted !== undefined && wanted in names ? (wanted as Name) : first;
}
