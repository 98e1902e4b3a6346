/** What holds for everybody in a pool: the limit per person, and whether reserved seats are lent. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type PoolResource, poolResourceSchema } from '../../../shared/rest.ts';
import { shareText } from '../../../shared/strings-allocation.ts';
import { poolText } from '../../../shared/strings-console.ts';
import styles from '../console.module.css';
import { useConsole } from '../console-context.ts';
import { useConsoleData } from '../use-query.ts';

const LENDINGS = Object.entries(shareText.lendings).map(([value, label]) => ({ value, label }));

export function RulesForm({ pool }: { readonly pool: PoolResource }) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const { unitsPerUser, lending } = pool.settings.allocation;
  const [units, setUnits] = useState(unitsPerUser?.toString() ?? '');
  const [lends, setLends] = useState<string>(lending);
  const isWrong = units.trim() !== '' && !/^[1-9]\d{0,6}$/.test(units.trim());
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (isWrong) return;
    const allocation = { unitsPerUser: units.trim() === '' ? null : Number(units), lending: lends };
    const path = `/pools/${encodeURIComponent(pool.view.poolId)}`;
    const outcome = await api.send('PATCH', path, poolResourceSchema, { settings: { allocation } });
    say(
      outcome.ok ? { tone: 'positive', text: shareText.saved } : { tone: 'warning', text: outcome.message },
    );
  };
  return (
    <form className={styles.tools} noValidate onSubmit={(event) => void save(event)}>
      <TextInput
        size="xs"
        label={shareText.unitsPerUser}
        inputMode="numeric"
        placeholder={poolText.anyNumber}
        value={units}
        error={isWrong ? shareText.wrongNumber : null}
        onChange={(event) => setUnits(event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        label={shareText.lending}
        data={LENDINGS}
        value={lends}
        onChange={(event) => setLends(event.currentTarget.value)}
      />
      <Button size="xs" variant="default" type="submit">
        {shareText.save}
      </Button>
    </form>
  );
}
