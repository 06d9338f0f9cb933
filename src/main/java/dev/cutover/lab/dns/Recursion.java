package dev.cutover.lab.dns;

import dev.cutover.lab.dns.AnswerCache.Kept;
import dev.cutover.lab.dns.AnswerCache.Question;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * How a resolver finds an answer: in a cache, else from an authority, following CNAMEs over all zones.
 *
 * @param habit what it does with TTLs
 */
record Recursion(
        Exchange exchange, List<InetSocketAddress> authorities, InstantSource clock, Habit habit) {

    /** A resolver gives up on longer chains. */
    private static final int CHAIN_LENGTH = 9;

    /** The TTL of stale answers. Source: RFC 8767 section 4. */
    private static final long STALE_TTL_SECONDS = 30;

    /**
     * What is done with TTLs.
     *
     * @param leastSeconds TTLs below are raised to it
     * @param mostSeconds TTLs above are lowered to it
     * @param overtime how long an expired answer is still served
     */
    record Habit(long leastSeconds, long mostSeconds, Duration overtime) {

        /** No answer is kept for longer than a week. Source: RFC 8767 section 4. */
        static final Habit HONEST = new Habit(0, 604_800, Duration.ZERO);

        long clamp(long ttlSeconds) {
            return Math.clamp(ttlSeconds, leastSeconds, mostSeconds);
        }
    }

    /** The answer to one question; asks authorities for what this cache does not hold. */
    Reply answer(AnswerCache cache, Name asked, int type, String site) {
        List<Record> answers = new ArrayList<>();
        // Beside the cache, so that an answer with TTL 0 serves this one question.
        Map<Question, Kept> fresh = new HashMap<>();
        boolean stale = false;
        Name name = asked;
        for (int hop = 0; hop < CHAIN_LENGTH; hop++) {
            Optional<Kept> found = find(cache, fresh, name, type);
            if (found.isEmpty()) {
                if (!fetch(cache, fresh, name, type)) {
                    return Reply.failure(site, ExtendedErrorCodeOption.NO_REACHABLE_AUTHORITY);
                }
                found = find(cache, fresh, name, type);
                if (found.isEmpty()) {
                    return Reply.failure(site, ExtendedErrorCodeOption.OTHER);
                }
            }
            Kept entry = found.get();
            Instant now = clock.instant();
            boolean expired = entry.ttlSeconds() > 0 && !now.isBefore(entry.expiresAt());
            stale |= expired;
            long ttlSeconds = expired ? STALE_TTL_SECONDS : entry.ttlSecondsAt(now);
            for (Record record : entry.records()) {
                answers.add(MessageRules.withTtl(record, ttlSeconds));
            }
            boolean alias =
                    !entry.records().isEmpty()
                            && type != Type.CNAME
                            && entry.records().getFirst() instanceof CNAMERecord;
            if (!alias) {
                List<Record> soa =
                        entry.soa().stream().map(r -> MessageRules.withTtl(r, ttlSeconds)).toList();
                return reply(entry.rcode(), answers, soa, site, stale);
            }
            name = ((CNAMERecord) entry.records().getFirst()).getTarget();
        }
        return Reply.failure(site, ExtendedErrorCodeOption.OTHER);
    }

    private static Reply reply(
            int rcode, List<Record> answers, List<Record> soa, String site, boolean stale) {
        OptionalInt extended =
                stale ? OptionalInt.of(ExtendedErrorCodeOption.STALE_ANSWER) : OptionalInt.empty();
        return new Reply(rcode, false, answers, soa, List.of(), site, extended);
    }

    private Optional<Kept> find(AnswerCache cache, Map<Question, Kept> fresh, Name name, int type) {
        for (int kind : new int[] {type, Type.CNAME, AnswerCache.NO_SUCH_NAME}) {
            Question key = new Question(name, kind);
            Kept justFetched = fresh.get(key);
            Optional<Kept> found =
                    justFetched == null
                            ? cache.find(key, clock.instant(), habit.overtime())
                            : Optional.of(justFetched);
            // That there is no CNAME says nothing about the type that was asked for.
            boolean usable = kind != Type.CNAME || type == Type.CNAME;
            if (found.isPresent() && (usable || !found.get().records().isEmpty())) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Asks the authorities in turn; false when none of them gave an answer to be kept. */
    private boolean fetch(AnswerCache cache, Map<Question, Kept> fresh, Name name, int type) {
        // Which is first depends on the asker and the name, as latency decides it outside, so that
        // one lagging authority misleads some resolvers and not all.
        List<InetSocketAddress> order = new ArrayList<>(authorities);
        Collections.rotate(
                order,
                -Math.floorMod(31 * exchange.from().hashCode() + name.hashCode(), order.size()));
        for (InetSocketAddress authority : order) {
            try {
                Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
                query.getHeader().unsetFlag(Flags.RD);
                query.addRecord(new OPTRecord(MessageRules.UDP_BYTES, 0, 0), Section.ADDITIONAL);
                Message answer = exchange.ask(authority, query);
                if (keep(cache, fresh, name, type, answer)) {
                    return true;
                }
            } catch (IOException e) {
                // Silent or unreadable: the next authority is asked, and SERVFAIL tells of the
                // last.
            }
        }
        return false;
    }

    /** Keeps the chain from {@code asked} on, and what ends it; false if the answer is none. */
    private boolean keep(
            AnswerCache cache, Map<Question, Kept> fresh, Name asked, int type, Message answer) {
        int rcode = answer.getRcode();
        if (!answer.getHeader().getFlag(Flags.AA)
                || (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN)) {
            return false;
        }
        Instant now = clock.instant();
        List<Record> section = answer.getSection(Section.ANSWER);
        Name name = asked;
        for (int hop = 0; hop < CHAIN_LENGTH; hop++) {
            List<Record> set = set(section, name, type);
            if (set.isEmpty() && type != Type.CNAME) {
                set = set(section, name, Type.CNAME);
            }
            if (set.isEmpty()) {
                // A chain that leaves the zone ends without an SOA: its rest is asked for next.
                return keepNegative(cache, fresh, name, type, answer) || hop > 0;
            }
            Record first = set.getFirst();
            long ttlSeconds =
                    habit.clamp(set.stream().mapToLong(Record::getTTL).min().orElseThrow());
            store(
                    cache,
                    fresh,
                    new Question(name, first.getType()),
                    new Kept(Rcode.NOERROR, set, List.of(), ttlSeconds, now));
            if (first.getType() == type || !(first instanceof CNAMERecord alias)) {
                return true;
            }
            name = alias.getTarget();
        }
        return true;
    }

    /** Keeps "no such name" or "no such type" for as long as the SOA says (RFC 2308 section 5). */
    private boolean keepNegative(
            AnswerCache cache, Map<Question, Kept> fresh, Name name, int type, Message answer) {
        for (Record record : answer.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord soa && name.subdomain(soa.getName())) {
                int rcode = answer.getRcode();
                int kind = rcode == Rcode.NXDOMAIN ? AnswerCache.NO_SUCH_NAME : type;
                long ttlSeconds = habit.clamp(Math.min(soa.getTTL(), soa.getMinimum()));
                store(
                        cache,
                        fresh,
                        new Question(name, kind),
                        new Kept(rcode, List.of(), List.of(soa), ttlSeconds, clock.instant()));
                return true;
            }
        }
        return false;
    }

    private static void store(
            AnswerCache cache, Map<Question, Kept> fresh, Question key, Kept entry) {
        fresh.put(key, entry);
        cache.put(key, entry);
    }

    private static List<Record> set(List<Record> section, Name name, int type) {
        return section.stream()
                .filter(r -> r.getType() == type && r.getName().equals(name))
                .toList();
    }
}
