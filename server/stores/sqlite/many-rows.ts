/** Rows of one table, many in a statement: half of what a row costs is calling for it. */
import type { SQLInputValue } from 'node:sqlite';
import type { Statements } from './record-sql.ts';

const ROWS_AT_ONCE = 16;

export class ManyRows {
  readonly #statements: Statements;
  readonly #one: string;
  readonly #many: string;
  readonly #width: number;

  /**
   * @param into `INSERT INTO table (columns)`
   * @param row the values of one row, such as `(?, ?)`
   * @param then what follows the values
   */
  constructor(statements: Statements, into: string, row: string, then = '') {
    this.#statements = statements;
    this.#width = row.split('?').length - 1;
    this.#one = `${into} VALUES ${row} ${then}`;
    this.#many = `${into} VALUES ${new Array(ROWS_AT_ONCE).fill(row).join(', ')} ${then}`;
  }

  /** @param values of all rows, one after the other */
  insert(values: readonly SQLInputValue[]): void {
    const step = ROWS_AT_ONCE * this.#width;
    let index = 0;
    for (; index + step <= values.length; index += step) {
      this.#statements.get(this.#many).run(...values.slice(index, index + step));
    }
    for (; index < values.length; index += this.#width) {
      this.#statements.get(this.#one).run(...values.slice(index, index + this.#width));
    }
  }
}
