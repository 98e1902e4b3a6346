/** Chooses products of the catalog by typing; what is chosen stays visible and can be taken out again. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { productResourceSchema } from '../../../shared/rest.ts';
import { consoleText, poolText } from '../../../shared/strings-console.ts';
import { fitsFilter } from '../../kit/table-rows.ts';
import styles from '../console.module.css';
import { useList } from '../use-query.ts';

interface ProductPickerProps {
  readonly picked: readonly string[];
  readonly error: string | null;
  readonly onPick: (productIds: readonly string[]) => void;
}

/** A list longer than this is not read but searched. */
const SHOWN_PRODUCTS = 40;

export function ProductPicker({ picked, error, onPick }: ProductPickerProps) {
  const { outcome } = useList('/products', productResourceSchema);
  const [search, setSearch] = useState('');
  const products = outcome?.ok ? outcome.value.map(({ product }) => product) : [];
  const nameOf = (id: string) => products.find(({ productId }) => productId === id)?.name ?? id;
  const fitting = products
    .filter(({ name, vendor }) => fitsFilter(`${name}\n${vendor}`, search))
    .toSorted((left, right) => left.name.localeCompare(right.name));
  const toggle = (id: string) =>
    onPick(picked.includes(id) ? picked.filter((other) => other !== id) : [...picked, id]);
  return (
    <fieldset style={{ border: 'none', margin: 0, padding: 0 }}>
      <TextInput
        label={poolText.products}
        type="search"
        placeholder={poolText.productsHint}
        error={error}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {picked.length > 0 && (
        <div className={styles.picked}>
          {picked.map((id) => (
            <Button
              key={id}
              size="compact-sm"
              variant="light"
              aria-label={poolText.takeOut(nameOf(id))}
              onClick={() => toggle(id)}
            >
              {nameOf(id)} ×
            </Button>
          ))}
        </div>
      )}
      <div className={`${styles.surface} ${styles.pickList}`}>
        {fitting.slice(0, SHOWN_PRODUCTS).map(({ productId, name, vendor }) => (
          <Checkbox
            key={productId}
            size="xs"
            label={`${name} (${vendor})`}
            checked={picked.includes(productId)}
            onChange={() => toggle(productId)}
          />
        ))}
        {fitting.length === 0 && (
          <span className={styles.dimmed}>{outcome ? consoleText.noMatch : consoleText.loading}</span>
        )}
        {fitting.length > SHOWN_PRODUCTS && (
          <span className={styles.dimmed}>{poolText.moreProducts(fitting.length - SHOWN_PRODUCTS)}</span>
        )}
      </div>
    </fieldset>
  );
}
