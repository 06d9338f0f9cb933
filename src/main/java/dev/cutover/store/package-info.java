/**
 * The journal, ownership, samples and outbox in PostgreSQL, by plain SQL over a {@link
 * javax.sql.DataSource}; the schema is in {@code db/migration}.
 *
 * <p>One request or append is one transaction. Leases run on the database's clock; every other time is plan
 * time given in, kept to the microsecond. Nothing here decides: it folds, stores and wakes.
 */
@NullMarked
package dev.cutover.store;

import org.jspecify.annotations.NullMarked;
