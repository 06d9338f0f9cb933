package dev.cutover.wiring;

import dev.cutover.core.life.CutoverId;
import dev.cutover.port.Instruments;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.jboss.logging.MDC;

/** What the run tells, as meters, and as the log's context. Names and units are a table in README. */
final class Meters implements Instruments {
    /** The log's word for the cutover a thread works for. */
    static final String CUTOVER = "cutover";

    private final MeterRegistry registry;
    private final Timer tickLag;
    private final Counter givenUp;

    Meters(MeterRegistry registry) {
        this.registry = registry;
        this.tickLag =
                Timer.builder("cutover.tick.lag")
                        .description("How much later than it wanted to a driver woke by itself")
                        .serviceLevelObjectives(
                                Duration.ofMillis(10),
                                Duration.ofMillis(50),
                                Duration.ofMillis(250),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(5))
                        .register(registry);
        this.givenUp =
                Counter.builder("cutover.announcements.given.up")
                        .description("Announcements dropped because no channel took them in time")
                        .register(registry);
    }

    @Override
    public void workingFor(CutoverId id) {
        // Threads that a driver starts take this over from it.
        MDC.put(CUTOVER, id.value());
    }

    @Override
    public void ticked(Duration late) {
        tickLag.record(late.isNegative() ? Duration.ZERO : late);
    }

    @Override
    public void announced(String channel, String outcome, Duration took) {
        Timer.builder("cutover.announcements")
                .description("Tries to deliver an announcement")
                .tag("channel", channel)
                .tag("outcome", outcome)
                .register(registry)
                .record(took);
    }

    @Override
    public void givenUp(int announcements) {
        givenUp.increment(announcements);
    }
}
