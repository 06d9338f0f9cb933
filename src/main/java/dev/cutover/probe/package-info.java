/// The probe engine: asks many resolvers the same questions at once and tells what each said.
///
/// ```
///   callers (virtual threads)          one I/O thread                    the world
///   ProbeEngine.ask --- queue ---> UdpTransport: one connected --UDP--> resolver 1
///        ^                          channel per address        --UDP--> resolver 2 ...
///        |                               |
///        +---- answer, or TimedOut ------+   truncated: by StreamTransport
///
///   one virtual thread a question    Turnstile    StreamTransport: TCP, TLS, one kept connection
///                                                 HttpsTransport: HTTP/2 on Vert.x
/// ```
///
/// Three things decide the shape. A false error may cause a false fallback, so stray packets are
/// ignored and waited past, nothing is called silent before its socket was emptied once more behind
/// the deadline, and a round in which our own machine dropped packets or stood still says so. A
/// latency is judged against a ceiling, so its clock runs from just before the write to just after
/// the read, never while a question waits for its turn. And a dead resolver is a fact, not a fault:
/// it costs its own timeout and nobody else's.
///
/// What may not live here: what an answer should have been, how many resolvers must agree, when to
/// ask again, and the clock on the wall.
@NullMarked
package dev.cutover.probe;

import org.jspecify.annotations.NullMarked;
