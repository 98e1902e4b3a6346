/** Hours of a week: rows of days with a span each, in a time zone; or none at all. */
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { hoursText } from '../../../shared/strings-allocation.ts';
import styles from '../console.module.css';
import { type HoursDraft, type HoursRow, newRow } from './hours-draft.ts';

interface HoursEditorProps {
  readonly label: string;
  readonly hint: string;
  readonly draft: HoursDraft;
  readonly error: string | null;
  readonly onChange: (draft: HoursDraft) => void;
}

/** Sorted as the engine knows them; the pool's own is among them even if the engine does not list it. */
function zonesWith(zone: string): readonly string[] {
  const zones = Intl.supportedValuesOf('timeZone');
  return ['UTC', ...zones, zone].filter((one, index, all) => all.indexOf(one) === index);
}

export function HoursEditor({ label, hint, draft, error, onChange }: HoursEditorProps) {
  const setRow = (changed: HoursRow) =>
    onChange({ ...draft, rows: draft.rows.map((row) => (row.id === changed.id ? changed : row)) });
  const nextId = Math.max(0, ...draft.rows.map(({ id }) => id)) + 1;
  return (
    <fieldset className={styles.hours}>
      <legend>{label}</legend>
      <Checkbox
        label={hoursText.stated}
        aria-label={`${label}: ${hoursText.stated}`}
        description={hint}
        checked={draft.isOn}
        onChange={(event) => onChange({ ...draft, isOn: event.currentTarget.checked })}
      />
      {draft.isOn && (
        <>
          {draft.rows.map((row) => (
            <Row
              key={row.id}
              label={label}
              row={row}
              onChange={setRow}
              onRemove={() => onChange({ ...draft, rows: draft.rows.filter(({ id }) => id !== row.id) })}
            />
          ))}
          <div className={styles.hoursRow}>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => onChange({ ...draft, rows: [...draft.rows, newRow(nextId)] })}
            >
              {hoursText.add}
            </Button>
            <NativeSelect
              size="xs"
              aria-label={`${label}: ${hoursText.zone}`}
              data={[...zonesWith(draft.timeZone)]}
              value={draft.timeZone}
              onChange={(event) => onChange({ ...draft, timeZone: event.currentTarget.value })}
            />
          </div>
        </>
      )}
      {error !== null && <p className={styles.wrong}>{error}</p>}
    </fieldset>
  );
}

interface RowProps {
  readonly label: string;
  readonly row: HoursRow;
  readonly onChange: (row: HoursRow) => void;
  readonly onRemove: () => void;
}

function Row({ label, row, onChange, onRemove }: RowProps) {
  const toggle = (weekday: number, isOn: boolean) =>
    onChange({
      ...row,
      weekdays: isOn ? [...row.weekdays, weekday] : row.weekdays.filter((day) => day !== weekday),
    });
  return (
    <div className={styles.hoursRow}>
      <span className={styles.days}>
        {hoursText.days.map((day, index) => (
          <Checkbox
            key={day}
            size="xs"
            label={day}
            aria-label={`${label}: ${day}`}
            checked={row.weekdays.includes(index + 1)}
            onChange={(event) => toggle(index + 1, event.currentTarget.checked)}
          />
        ))}
      </span>
      <span className={styles.span}>
        <TextInput
          size="xs"
          type="time"
          aria-label={`${label}: ${hoursText.from}`}
          value={row.from}
          onChange={(event) => onChange({ ...row, from: event.currentTarget.value })}
        />
        <span>{hoursText.to}</span>
        <TextInput
          size="xs"
          type="time"
          aria-label={`${label}: ${hoursText.to}`}
          value={row.to}
          onChange={(event) => onChange({ ...row, to: event.currentTarget.value })}
        />
        <Button size="compact-sm" variant="default" aria-label={hoursText.remove} onClick={onRemove}>
          ×
        </Button>
      </span>
    </div>
  );
}
