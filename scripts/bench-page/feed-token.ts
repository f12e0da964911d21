/** What the page shows the feed to be let in. */
export const feedToken = 'bench'
