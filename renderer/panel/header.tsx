/** The panel's first line: search, and how old what you see is. */
import { ActionIcon, CloseButton, TextInput } from '@mantine/core';
import type { RefObject } from 'react';
import { buttons } from '../../shared/strings.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { Freshness } from '../kit/freshness.tsx';
import { IconHelp, IconSearch } from '../kit/icons.ts';
import styles from './panel.module.css';

interface HeaderProps {
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly isLive: boolean;
  readonly freshness: string;
  readonly onHelp: () => void;
}

export function Header({ search, onSearch, searchField, isLive, freshness, onHelp }: HeaderProps) {
  return (
    <header className={styles.header}>
      <TextInput
        className={styles.search}
        ref={searchField}
        size="sm"
        type="search"
        aria-label={panelText.search}
        placeholder={`${panelText.search} (/)`}
        leftSection={<IconSearch size={16} aria-hidden="true" />}
        rightSection={
          search === '' ? null : (
            <CloseButton size="sm" aria-label={buttons.clearSearch} onClick={() => onSearch('')} />
          )
        }
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
      <Freshness isLive={isLive} text={freshness} />
      <ActionIcon variant="subtle" size="md" aria-label={panelText.help} onClick={onHelp}>
        <IconHelp size={18} aria-hidden="true" />
      </ActionIcon>
    </header>
  );
}
