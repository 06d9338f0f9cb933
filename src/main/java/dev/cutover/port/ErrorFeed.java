package dev.cutover.port;

import dev.cutover.core.judge.Bucket;
import dev.cutover.core.plan.Plan;
import java.time.Instant;
import java.util.List;

/** A source of request and error counts that is not our own probes. */
public interface ErrorFeed {
    /**
     * The counts between two instants, one bucket a minute. A minute without a bucket is no data.
     *
     * @throws PortException when the source cannot be asked
     */
    List<Bucket> read(Plan plan, Instant from, Instant to, Call call);
}
