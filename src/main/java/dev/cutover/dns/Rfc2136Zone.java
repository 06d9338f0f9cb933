package dev.cutover.dns;

import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Preflight;
import dev.cutover.core.plan.Refusal;
import dev.cutover.core.plan.SetChange;
import dev.cutover.net.Directions;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.HostPort;
import dev.cutover.net.Secrets;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.DnsZone;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;

/**
 * A zone on a name server that takes zone transfers and dynamic updates with a TSIG key, such as BIND
 * or Knot.
 *
 * <p>One UPDATE is one transaction: its prerequisites say how every touched set was when the writes were
 * decided, and if one does not hold the server changes nothing. So an edit in between is refused, not
 * overwritten; an edit of a TTL alone it does not notice (RFC 2136 section 2.4.2), reading before the
 * write does. A zone that the server signs stays signed by it. There is no proxy, note or tag on a
 * record, and no time of writing. Safe for concurrent use. Source: RFC 2136, RFC 5936, RFC 8945.
 */
public final class Rfc2136Zone implements DnsZone {
    private static final String PEER = "rfc2136";

    /** Where name servers listen unless the plan says otherwise. */
    public static final int PORT = 53;

    // 200 changed records are 30 KB as a rule and must be below 64; larger ones are refused unsent.
    private static final int MOST_WRITES = 200;

    /** Sets whose rights are proven in one message: small enough for sets of a hundred values. */
    private static final int MOST_PROVEN = 10;

    private static final int MOST_MESSAGE_BYTES = 65_535;
    private static final int MOST_RECORDS = 200_000;
    private static final long MOST_TRANSFER_BYTES = 64L << 20;
    private static final int TRIES = 3;

    // A lease lasts eight seconds: a write that may take longer would never pass its fence.
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Directions directions;
    private final EgressPolicy egress;
    private final Secrets secrets;
    private final CallLog log;
    private final InstantSource clock;

    /**
     * @param egress which addresses a plan's server may have
     * @param clock plan time, for the log and for what is observed; signatures carry the system's time
     */
    public Rfc2136Zone(EgressPolicy egress, Secrets secrets, CallLog log, InstantSource clock) {
        this(Directions.bySystem(), egress, secrets, log, clock);
    }

    Rfc2136Zone(
            Directions directions,
            EgressPolicy egress,
            Secrets secrets,
            CallLog log,
            InstantSource clock) {
        this.directions = directions;
        this.egress = egress;
        this.secrets = secrets;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public String provider() {
        return PEER;
    }

    @Override
    public int mostWrites(ZoneRef zone) {
        return MOST_WRITES;
    }

    @Override
    public Preflight look(PlanDiff diff, Call call) {
        return ServerPreflight.look(diff, MOST_WRITES, MOST_MESSAGE_BYTES);
    }

    @Override
    public Preflight prove(PlanDiff diff, Call call) {
        ZoneRef zone = diff.plan().zone();
        List<SetChange> changes = diff.changes();
        ZoneView seen =
                new ZoneView(
                        zone.name(),
                        changes.stream().flatMap(c -> c.before().stream()).toList(),
                        clock.instant());
        try {
            for (int from = 0; from < changes.size(); from += MOST_PROVEN) {
                List<SetChange> some =
                        changes.subList(from, Math.min(changes.size(), from + MOST_PROVEN));
                send(
                        new Talk(zone, call, "UPDATE", true, call.deadline().within(WRITE_LIMIT)),
                        ServerPreflight.sameAgain(seen, some));
            }
            return new Preflight(List.of(), List.of("every planned set can be written"), List.of());
        } catch (PortException e) {
            if (e.category() == Category.TRANSIENT) {
                throw e;
            }
            return new Preflight(
                    List.of(
                            new Refusal(
                                    "CannotUpdate",
                                    zone.name().value(),
                                    "expected that "
                                            + zone.token()
                                            + " may do it, seen "
                                            + e.getMessage())),
                    List.of(),
                    List.of());
        }
    }

    @Override
    public ZoneView read(ZoneRef zone, Call call) {
        for (int tries = 1; ; tries++) {
            // Half of what is left, so that one connection that hangs leaves room for another.
            Deadline share =
                    tries == TRIES
                            ? call.deadline()
                            : call.deadline().within(call.deadline().left().dividedBy(2));
            try {
                return transfer(zone, call, share);
            } catch (PortException e) {
                boolean again = e.category() == Category.TRANSIENT && tries < TRIES;
                if (!again || call.deadline().left().compareTo(PAUSE) <= 0) {
                    throw e;
                }
                sleep(e);
            }
        }
    }

    @Override
    public void apply(ZoneRef zone, List<RecordWrite> writes, Call call) {
        if (!writes.isEmpty()) {
            apply(zone, read(zone, call), writes, call);
        }
    }

    @Override
    public void apply(ZoneRef zone, ZoneView seen, List<RecordWrite> writes, Call call) {
        if (writes.isEmpty()) {
            return;
        }
        if (writes.size() > MOST_WRITES) {
            throw PortException.lasting(
                    "zone %s: %d writes do not fit into one transaction of %d; nothing was changed"
                            .formatted(zone.name(), writes.size(), MOST_WRITES));
        }
        ZoneUpdate update = ZoneUpdate.of(seen, writes);
        if (update.message().getSection(Section.UPDATE).isEmpty()) {
            return;
        }
        Deadline deadline = call.deadline().within(WRITE_LIMIT);
        send(new Talk(zone, call, "UPDATE", true, deadline), update.message());
        awaitShown(zone, update, call, deadline);
    }

    /**
     * A server that signs a copy of the zone shows an accepted update a moment later: a look right now
     * would miss it. Whether it shows at the end is for the caller to read. Source: BIND 9 ARM,
     * inline-signing.
     */
    private void awaitShown(ZoneRef zone, ZoneUpdate update, Call call, Deadline deadline) {
        PortException unused = PortException.passing("accepted, and not shown in time");
        while (!deadline.passed()) {
            try {
                if (update.isDoneIn(transfer(zone, call, deadline))) {
                    return;
                }
            } catch (PortException e) {
                // It was accepted: not to see it is for the next look.
                return;
            }
            sleep(unused);
        }
    }

    private ZoneView transfer(ZoneRef zone, Call call, Deadline deadline) {
        Instant startedAt = clock.instant();
        Talk talk = new Talk(zone, call, "AXFR", false, deadline);
        Message query = new Message();
        query.getHeader().setOpcode(Opcode.QUERY);
        query.addRecord(
                Record.newRecord(ZoneRecords.name(zone.name()), Type.AXFR, org.xbill.DNS.DClass.IN),
                Section.QUESTION);
        Transfer transfer =
                new Transfer(
                        talk.toString(),
                        ZoneRecords.name(zone.name()),
                        MOST_RECORDS,
                        MOST_TRANSFER_BYTES);
        talk(talk, query, transfer::take);
        return new ZoneView(zone.name(), ZoneRecords.seen(transfer.records()), startedAt);
    }

    private void send(Talk talk, Message update) {
        talk(talk, update, (answer, bytes) -> true);
    }

    /** One request: of whom, for whom, what, and until when. */
    private record Talk(ZoneRef zone, Call call, String method, boolean write, Deadline deadline) {
        String server() {
            return zone.server().orElse("");
        }

        @Override
        public String toString() {
            return PEER + " " + method + " " + zone.name() + " at " + server();
        }
    }

    /** Takes answers until it has all. */
    @FunctionalInterface
    private interface Taker {
        /** Whether that was the last message. */
        boolean take(Message answer, int bytes);
    }

    private void talk(Talk talk, Message question, Taker taker) {
        TsigKey key = TsigKey.parse(secrets.resolve(talk.zone().token()), talk.zone().token());
        InetSocketAddress server = address(talk);
        question.getHeader().unsetFlag(Flags.RD);
        Instant at = clock.instant();
        long from = System.nanoTime();
        Outcome outcome = new Outcome();
        try {
            exchange(talk, question, taker, key, server, outcome);
        } finally {
            log.record(
                    new ProviderCall(
                            talk.call().cutover(),
                            talk.call().purpose(),
                            PEER,
                            talk.method(),
                            talk.zone().name() + " at " + talk.server(),
                            at,
                            Duration.ofNanos(System.nanoTime() - from),
                            outcome.text,
                            talk.write()));
        }
    }

    /** What the log is told. */
    private static final class Outcome {
        private String text = "not sent";
    }

    private void exchange(
            Talk talk,
            Message question,
            Taker taker,
            TsigKey key,
            InetSocketAddress server,
            Outcome outcome) {
        boolean sent = false;
        try (Conversation open = Conversation.open(server, talk.deadline())) {
            question.setTSIG(key.tsig(), Rcode.NOERROR, null);
            byte[] bytes = question.toWire(MOST_MESSAGE_BYTES, false);
            TSIG.StreamVerifier verifier =
                    new TSIG.StreamVerifier(key.tsig(), new Message(bytes).getTSIG());
            if (talk.write()) {
                talk.call().fence().check(talk.deadline());
            }
            sent = true;
            outcome.text = "no answer";
            open.send(bytes);
            boolean more = true;
            while (more) {
                byte[] reply = open.receive();
                Message answer = new Message(reply);
                expectAnswer(talk, question.getHeader(), answer);
                outcome.text = ServerAnswer.code(answer);
                if (answer.getRcode() != Rcode.NOERROR) {
                    throw ServerAnswer.refusal(
                            talk.toString(), answer, key, talk.zone().token(), talk.write());
                }
                boolean last = taker.take(answer, reply.length);
                if (verifier.verify(answer, reply, last) != Rcode.NOERROR) {
                    outcome.text = "an answer with a wrong signature";
                    throw ServerAnswer.unknown(
                            talk + ": " + outcome.text + " for " + key, talk.write());
                }
                more = !last;
            }
        } catch (org.xbill.DNS.MessageSizeExceededException e) {
            throw PortException.lasting(
                    talk
                            + ": the writes need more than one message of "
                            + MOST_MESSAGE_BYTES
                            + " bytes; move fewer names in one step; nothing was changed");
        } catch (IOException e) {
            outcome.text = sent ? "no answer: " + why(e) : "not sent: " + why(e);
            throw sent
                    ? ServerAnswer.unknown(talk + ": " + why(e), talk.write())
                    : PortException.passing(talk + ": " + why(e) + "; nothing was sent");
        }
    }

    private static void expectAnswer(Talk talk, Header asked, Message answer) throws IOException {
        Header header = answer.getHeader();
        if (header.getID() != asked.getID()
                || !header.getFlag(Flags.QR)
                || header.getOpcode() != asked.getOpcode()) {
            throw new IOException(
                    "expected an answer to "
                            + talk.method()
                            + " "
                            + asked.getID()
                            + ", seen "
                            + Opcode.string(header.getOpcode())
                            + " "
                            + header.getID()
                            + (header.getFlag(Flags.QR) ? "" : ", a question"));
        }
    }

    private static String why(IOException e) {
        return switch (e) {
            case java.net.SocketTimeoutException t -> "no answer in time";
            case java.io.EOFException t -> "the connection was closed without a whole answer";
            default -> String.valueOf(e.getMessage());
        };
    }

    private InetSocketAddress address(Talk talk) {
        HostPort server;
        try {
            server = HostPort.parse(talk.server(), PORT);
        } catch (IllegalArgumentException e) {
            throw PortException.lasting("zone " + talk.zone().name() + ": " + e.getMessage());
        }
        InetAddress address =
                switch (directions.find(server.host(), talk.deadline())) {
                    case Directions.Found.At at -> at.addresses().getFirst();
                    case Directions.Found.OffThePin off ->
                            throw PortException.lasting(
                                    talk
                                            + ": no address is known for "
                                            + server.host()
                                            + "; nothing was sent");
                    case Directions.Found.Nowhere nowhere ->
                            throw PortException.passing(
                                    talk + ": " + nowhere.why() + "; nothing was sent");
                };
        egress.check(server.host(), address);
        return new InetSocketAddress(address, server.port());
    }

    private static void sleep(PortException insteadOf) {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw insteadOf;
        }
    }
}
