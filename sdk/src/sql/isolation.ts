/** How much a transaction sees of others: https://www.postgresql.org/docs/current/transaction-iso.html */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable';
