/**
 * The lab's promotion engine: a process of its own that copies staging's content to production and
 * can take it back.
 *
 * <p>It is driven over HTTP with a bearer credential:
 *
 * <pre>
 * GET  /promotions                 200 {"promotions":[state...]}: proves address and credential
 * PUT  /promotions/{id}            202 new, 200 known already, 409 known with another body
 *      {"staging":"...","production":"..."}
 * GET  /promotions/{id}            200 state, 404 never heard of
 * POST /promotions/{id}/verify     200 {"verified":true|false,"mismatches":[...],"evidence":{...}},
 *                                  409 while it is not done
 * POST /promotions/{id}/rollback   200 {"rolledBack":true,"evidence":{...}}, 404 never heard of
 *
 * state: {"id","state":"queued|running|done|failed","progress":"42 of 113 files",
 *         "evidence":{"files":113,"bytes":51234,"sha256":"..."},"rolledBack":false,
 *         "startedAt":"...","endedAt":"...","error":"..."}
 * </pre>
 *
 * <p>An id is 1 to 128 of letters, digits, {@code . _ -}, beginning with a letter or digit. Errors
 * are {@code {"error":"..."}} with 400, 401, 404, 409. What it was asked to do survives a kill at any
 * moment: each promotion has a file, replaced whole, and is taken up again at the next start.
 */
@NullMarked
package dev.cutover.lab.engine;

import org.jspecify.annotations.NullMarked;
