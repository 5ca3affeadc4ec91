/** The number of the last page, counted from 1; 1 for an empty list. */
export function lastPage({ total, pageSize }: { readonly total: number; readonly pageSize: number }): number {
  return Math.max(1, Math.ceil(total / pageSize));
}
