package dev.cutover.lab.dns;

import static dev.cutover.lab.dns.DnsLab.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.lab.dns.CachingResolver.Place;
import dev.cutover.lab.dns.StubResolver.Answer;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;

/** What an honest caching resolver does, the lab's and a real one alike. */
abstract class ResolverContract {
    private static final String WWW = "www.acme.example";
    private static final String SHORT = "short.acme.example";
    private static final String OLD = "127.77.4.1";
    private static final String NEW = "127.77.4.2";
    private static final long SHORT_TTL_SECONDS = 4;
    private static final Duration SHORT_TTL = Duration.ofSeconds(SHORT_TTL_SECONDS);
    private static final int MANY = 90;

    final DnsLab lab;

    ResolverContract() throws IOException {
        List<ZoneRecord> records = new ArrayList<>();
        records.add(record(WWW, "A", 300, OLD));
        records.add(record(SHORT, "A", SHORT_TTL_SECONDS, OLD));
        records.add(record("shop.acme.example", "CNAME", 600, WWW));
        records.add(record("door.acme.example", "CNAME", 600, "shop.acme.example"));
        records.add(record("ns.acme.example", "CNAME", 60, "ns1.dns.lab"));
        IntStream.rangeClosed(1, MANY)
                .forEach(i -> records.add(record("many.acme.example", "A", 300, "127.77.5." + i)));
        lab = new DnsLab(2, dev.cutover.lab.CallTap.NONE, records.toArray(ZoneRecord[]::new));
    }

    /** Starts the resolver with an empty cache. */
    abstract Place start() throws IOException;

    /** Lets a fifth of a second pass for it. */
    abstract void passAFifthOfASecond() throws InterruptedException;

    /** The time by which it keeps answers, from any beginning. */
    abstract Duration time();

    abstract void stop();

    private StubResolver visitor;
    private Place place;

    @BeforeEach
    void begin() throws IOException {
        place = start();
        visitor = new StubResolver(place.address(), LabAddresses.visitor(1), DnsLab.TIMEOUT);
    }

    @AfterEach
    void end() {
        stop();
        lab.close();
    }

    @Test
    void answers_with_the_authoritys_ttl_and_says_that_it_recurses() throws IOException {
        assertThat(visitor.ask(WWW, "A")).isEqualTo(new Answer.Found(List.of(), List.of(OLD), 300));

        Message answer = DnsLab.ask(place.address(), WWW, "A");
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getHeader().getFlag(Flags.RA)).as("RA").isTrue();
        assertThat(answer.getHeader().getFlag(Flags.AA)).as("AA").isFalse();
        assertThat(answer.getQuestion().getName().toString(true)).isEqualTo(WWW);
    }

    @Test
    void capitals_are_the_same_name() {
        visitor.ask(WWW, "A");
        long asked = questions();
        assertThat(visitor.ask("WwW.aCme.EXAMPLE", "A"))
                .isInstanceOfSatisfying(
                        Answer.Found.class, f -> assertThat(f.contents()).containsExactly(OLD));
        assertThat(questions()).isEqualTo(asked);
    }

    @Test
    void counts_the_ttl_down_and_keeps_the_old_answer_for_exactly_that_long()
            throws InterruptedException {
        Duration asked = time();
        assertThat(visitor.ask(SHORT, "A"))
                .isEqualTo(new Answer.Found(List.of(), List.of(OLD), SHORT_TTL_SECONDS));
        Duration told = time();
        lab.acme.set(SHORT, "A", record(SHORT, "A", SHORT_TTL_SECONDS, NEW));

        while (true) {
            passAFifthOfASecond();
            Duration leastAge = time().minus(told);
            Answer.Found found = (Answer.Found) visitor.ask(SHORT, "A");
            Duration mostAge = time().minus(asked);
            if (found.contents().equals(List.of(NEW))) {
                // A whole second may be lost to rounding.
                assertThat(mostAge).isGreaterThanOrEqualTo(SHORT_TTL.minusSeconds(1));
                return;
            }
            assertThat(found.contents()).containsExactly(OLD);
            assertThat(found.ttlSeconds()).isBetween(0L, SHORT_TTL_SECONDS);
            assertThat(Duration.ofSeconds(found.ttlSeconds()))
                    .as("what is left of the old answer's TTL")
                    .isBetween(
                            SHORT_TTL.minus(mostAge).minusSeconds(1),
                            SHORT_TTL.minus(leastAge).plusSeconds(1));
        }
    }

    @Test
    void follows_aliases_within_and_across_zones() {
        assertThat(visitor.ask("door.acme.example", "A"))
                .isEqualTo(new Answer.Found(List.of("shop.acme.example", WWW), List.of(OLD), 300));
        assertThat(visitor.ask("ns.acme.example", "A"))
                .isEqualTo(new Answer.Found(List.of("ns1.dns.lab"), List.of("127.77.1.1"), 60));
        assertThat(visitor.ask("shop.acme.example", "CNAME"))
                .isInstanceOfSatisfying(
                        Answer.Found.class, f -> assertThat(f.ttlSeconds()).isBetween(590L, 600L));
    }

    @Test
    void remembers_that_a_name_or_type_is_not_there() throws IOException {
        assertThat(visitor.ask("beta.acme.example", "A")).isEqualTo(new Answer.NoSuchName());
        assertThat(visitor.ask(WWW, "TXT")).isEqualTo(new Answer.NoData());
        long asked = questions();

        lab.acme.set("beta.acme.example", "A", record("beta.acme.example", "A", 300, NEW));
        lab.acme.set(WWW, "TXT", record(WWW, "TXT", 300, "\"now\""));

        assertThat(visitor.ask("beta.acme.example", "A")).isEqualTo(new Answer.NoSuchName());
        assertThat(visitor.ask(WWW, "TXT")).isEqualTo(new Answer.NoData());
        assertThat(questions()).isEqualTo(asked);
        Message absent = DnsLab.ask(place.address(), "beta.acme.example", "A");
        assertThat(absent.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(absent.getSection(Section.AUTHORITY))
                .as("the SOA that says for how long")
                .isNotEmpty();
    }

    @Test
    void truncates_over_udp_and_gives_all_over_tcp() throws IOException {
        SimpleResolver udp = new SimpleResolver(place.address());
        udp.setTimeout(DnsLab.TIMEOUT);
        udp.setIgnoreTruncation(true);
        Message cut = udp.send(DnsLab.query("many.acme.example", "A"));
        assertThat(cut.getHeader().getFlag(Flags.TC)).as("TC").isTrue();

        assertThat(visitor.ask("many.acme.example", "A"))
                .isInstanceOfSatisfying(
                        Answer.Found.class, f -> assertThat(f.contents()).hasSize(MANY));
    }

    @Test
    void a_name_outside_the_lab_does_not_exist() {
        assertThat(visitor.ask("www.elsewhere.test-of-nobody", "A"))
                .isEqualTo(new Answer.NoSuchName());
    }

    @Test
    void tells_who_it_is_when_asked() throws IOException {
        Message answer = DnsLab.ask(place.address(), WWW, "A", new NSIDOption(new byte[0]));
        assertThat(DnsLab.site(answer)).isEqualTo(place.name());
    }

    @Test
    void invents_no_answer_while_no_authority_answers() {
        lab.authorities.close();
        StubResolver hasty =
                new StubResolver(place.address(), LabAddresses.visitor(1), Duration.ofSeconds(1));
        assertThat(hasty.ask(WWW, "A")).isInstanceOf(Answer.Failed.class);
    }

    private long questions() {
        return lab.authorities.servers().stream().mapToLong(AuthoritativeServer::questions).sum();
    }
}
