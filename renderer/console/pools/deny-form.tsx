/** Keeps a person or a group from the seats of a pool, for a time or until it is lifted. */
import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import {
  denyResourceSchema,
  type GroupResource,
  type PersonResource,
  personResourceSchema,
} from '../../../shared/rest.ts';
import { shareText } from '../../../shared/strings-allocation.ts';
import { consoleText } from '../../../shared/strings-console.ts';
import { DAY } from '../../../shared/time.ts';
import { Banner } from '../../kit/banner.tsx';
import { pageClock } from '../../kit/clock.ts';
import { Dialog } from '../../kit/dialog.tsx';
import { fitsFilter } from '../../kit/table-rows.ts';
import styles from '../console.module.css';
import { useConsoleData, useList } from '../use-query.ts';

interface DenyFormProps {
  /** Of the deny list. */
  readonly path: string;
  readonly groups: readonly GroupResource[];
  readonly onClose: (isSaved: boolean) => void;
}

/** A list longer than this is not read but searched. */
const SHOWN = 8;
/** denyRuleSchema asks for as many. */
const SHORTEST_REASON = 3;
const LENGTHS = Object.entries(shareText.denyLengths).map(([value, label]) => ({ value, label }));

interface Subject {
  readonly key: string;
  readonly name: string;
  readonly who:
    | { readonly kind: 'user'; readonly userId: string }
    | { readonly kind: 'group'; readonly groupId: string };
}

const subjectsOf = (people: readonly PersonResource[], groups: readonly GroupResource[]): Subject[] => [
  ...groups.map(({ groupId, name }) => ({
    key: `group ${groupId}`,
    name: `${shareText.group}: ${name}`,
    who: { kind: 'group', groupId } as const,
  })),
  ...people.map(({ userId, name }) => ({
    key: `user ${userId}`,
    name,
    who: { kind: 'user', userId } as const,
  })),
];

export function DenyForm({ path, groups, onClose }: DenyFormProps) {
  const { api } = useConsoleData();
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<Subject | null>(null);
  const [length, setLength] = useState('none');
  const [reason, setReason] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null) return;
    const untilMs = length === 'none' ? null : pageClock.wallMs() + Number(length) * DAY;
    const body = { who: chosen.who, reason: reason.trim(), untilMs };
    const outcome = await api.send('POST', path, denyResourceSchema, body);
    if (outcome.ok) onClose(true);
    else setRefusal(outcome.message);
  };
  return (
    <Dialog title={shareText.denyTitle} onClose={() => onClose(false)}>
      <form className={styles.form} noValidate onSubmit={(event) => void save(event)}>
        {refusal && <Banner tone="warning">{refusal}</Banner>}
        <TextInput
          label={shareText.denyWho}
          type="search"
          value={chosen?.name ?? search}
          onChange={(event) => {
            setChosen(null);
            setSearch(event.currentTarget.value);
          }}
        />
        {chosen === null && search.trim() !== '' && (
          <Matches search={search.trim()} groups={groups} onChoose={setChosen} />
        )}
        <NativeSelect
          label={shareText.denyFor}
          data={LENGTHS}
          value={length}
          onChange={(event) => setLength(event.currentTarget.value)}
        />
        <Textarea
          label={shareText.denyReason}
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div className={styles.formFoot}>
          <Button variant="default" onClick={() => onClose(false)}>
            {consoleText.cancel}
          </Button>
          <Button
            type="submit"
            color="danger"
            disabled={chosen === null || reason.trim().length < SHORTEST_REASON}
          >
            {shareText.denyButton}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface MatchesProps {
  readonly search: string;
  readonly groups: readonly GroupResource[];
  readonly onChoose: (subject: Subject) => void;
}

function Matches({ search, groups, onChoose }: MatchesProps) {
  const found = useList(`/people?${new URLSearchParams({ search })}`, personResourceSchema, SHOWN);
  const people = found.outcome?.ok ? found.outcome.value : [];
  const fitting = subjectsOf(
    people,
    groups.filter(({ name }) => fitsFilter(name, search)),
  );
  return (
    <div className={styles.picked}>
      {fitting.slice(0, SHOWN).map((subject) => (
        <Button key={subject.key} size="compact-sm" variant="light" onClick={() => onChoose(subject)}>
          {subject.name}
        </Button>
      ))}
      {found.outcome && fitting.length === 0 && <span className={styles.dimmed}>{consoleText.noMatch}</span>}
    </div>
  );
}
