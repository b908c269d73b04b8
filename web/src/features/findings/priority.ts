/** What most people come for: open and severe. Said in the query, so that it can be seen and taken away. A project may set its own. */
export const PRIORITY = 'severity:critical,high status:open,confirmed';

/** What somebody has been asked to look at. */
export const MINE = 'assignee:me is:open';
