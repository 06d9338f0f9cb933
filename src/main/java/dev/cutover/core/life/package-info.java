/**
 * The life of one cutover: phases, events, actions, requests, and the two functions decide and apply.
 *
 * <pre>
 *  Input (a request, evidence, an action's end)            JournalEntry (an Event, who, when)
 *        |                                                        |
 *  Decider.decide --- a Turn in the present Phase ---> Decision   Cutover.apply --- a Draft ---> Cutover
 *        |                                             (events, when to wake)
 *        |- Forward      Scheduled to Promoting: nothing is routed   GoGates: what must hold before the go
 *        |- Switchover   Switching, Soaking, Closing                 Guards: what stops it from Promoting on
 *        |- Backward     Cancelling, FallingBack, NeedsOperator      WayBack, Drain: what is left, how long
 *        `- Needs        which evidence is wanted, how fresh         Pace: every number with its reason
 * </pre>
 *
 * <p>Nothing here acts: an action is opened by an event and carried out in {@code run}. What evidence is
 * worth is judged in {@code gate} and {@code judge}, the differences to write are made in {@code image}.
 */
@NullMarked
package dev.cutover.core.life;

import org.jspecify.annotations.NullMarked;
