/** Paged lists of the API, read to their end. */

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** Returns the rows of every page, at most `most` of them. */
export async function allPages<Row>(
  read: (page: number) => Promise<Page<Row>>,
  most = 10_000,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page++) {
    const answer = await read(page);
    rows.push(...answer.rows);
    if (answer.rows.length === 0 || rows.length >= answer.total || rows.length >= most)
      return rows.slice(0, most);
  }
}
