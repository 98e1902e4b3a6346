/** People by CSV: first what would change, line by line, then the import itself. */
import { Button, FileInput } from '@mantine/core';
import { useState } from 'react';
import { type ImportAnswer, importAnswerSchema } from '../../../shared/rest.ts';
import { consoleText } from '../../../shared/strings-console.ts';
import { importText } from '../../../shared/strings-people.ts';
import { Banner } from '../../kit/banner.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import styles from '../console.module.css';
import { useConsoleData } from '../use-query.ts';

/** More lines are only counted. */
const SHOWN_LINES = 200;

export function ImportDialog({ onClose }: { readonly onClose: (text: string | null) => void }) {
  const { api } = useConsoleData();
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<ImportAnswer | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const send = async (isDryRun: boolean) => {
    if (file === null) return;
    setBusy(true);
    setRefusal(null);
    const outcome = await api.sendFile(`/people.csv?dryRun=${isDryRun}`, importAnswerSchema, file);
    setBusy(false);
    if (!outcome.ok) setRefusal(outcome.message);
    else if (isDryRun) setPreview(outcome.value);
    else onClose(importText.done(outcome.value.added, outcome.value.changed));
  };

  return (
    <Dialog isWide title={importText.title} onClose={() => onClose(null)}>
      <div className={styles.form}>
        <p className={styles.dimmed}>{importText.explain}</p>
        {refusal && <Banner tone="warning">{refusal}</Banner>}
        <FileInput
          label={importText.file}
          accept=".csv,text/csv,text/plain"
          value={file}
          onChange={(chosen) => {
            setFile(chosen);
            setPreview(null);
          }}
        />
        {preview && <Preview answer={preview} />}
        <div className={styles.formFoot}>
          <Button variant="default" onClick={() => onClose(null)}>
            {consoleText.cancel}
          </Button>
          <Button
            variant={preview ? 'default' : 'filled'}
            disabled={file === null}
            loading={isBusy && !preview}
            onClick={() => void send(true)}
          >
            {importText.look}
          </Button>
          {preview && (
            <Button loading={isBusy} onClick={() => void send(false)}>
              {importText.run}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Preview({ answer }: { readonly answer: ImportAnswer }) {
  const { added, changed, unchanged, problems, steps, newGroups, ignoredColumns, keptOwnEntries } = answer;
  return (
    <>
      <p>
        <strong>{importText.wouldBe(added, changed, unchanged)}</strong>
      </p>
      {keptOwnEntries > 0 && <p>{importText.kept(keptOwnEntries)}</p>}
      {newGroups.length > 0 && <p>{importText.newGroups(newGroups.map(({ name }) => name).join(', '))}</p>}
      {ignoredColumns.length > 0 && <p>{importText.ignored(ignoredColumns.join(', '))}</p>}
      {problems.length > 0 && (
        <Lines
          title={importText.problems(problems.length)}
          lines={problems.map(({ line, column, message }) => ({
            line,
            text: column === null ? message : `${column}: ${message}`,
          }))}
        />
      )}
      {steps.length > 0 && (
        <Lines
          title={importText.steps}
          lines={steps.map(({ line, login, changes }) => ({
            line,
            text: `${login}: ${changes.map(({ field, from, to }) => `${field} ${from ?? '–'} → ${to ?? '–'}`).join('; ')}`,
          }))}
        />
      )}
    </>
  );
}

interface LinesProps {
  readonly title: string;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

function Lines({ title, lines }: LinesProps) {
  return (
    <div>
      <h3 className={styles.dimmed}>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={`${styles.surface} ${styles.lines}`} aria-label={title} tabIndex={0}>
        {lines.slice(0, SHOWN_LINES).map(({ line, text }) => (
          <span key={line}>
            {importText.line} {line}: {text}
          </span>
        ))}
        {lines.length > SHOWN_LINES && <span>{importText.moreSteps(lines.length - SHOWN_LINES)}</span>}
      </section>
    </div>
  );
}
