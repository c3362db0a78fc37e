/** Everything of a list that comes in pages, as it is asked for. */
export async function* allPages<T>(
  page: (pageToken: string) => Promise<{ readonly items: readonly T[]; readonly nextPageToken: string }>,
): AsyncGenerator<T, void, undefined> {
  for (let pageToken = ''; ; ) {
    const { items, nextPageToken } = await page(pageToken);
    yield* items;
    if (nextPageToken === '') return;
    pageToken = nextPageToken;
  }
}
