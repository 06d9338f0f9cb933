package dev.cutover.core.timeline;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Came;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// One switch and the caches of the world around it, in virtual time; shares no code with what is
/// tested.
///
/// Authorities switch one after the other. Caches hold the old answer since a time of chance, are
/// asked by visitors at times of chance, and fetch from an authority of chance. All times are
/// milliseconds since the first authority began to switch.
final class SwitchWorld {
    static final SetKey WWW = new SetKey(Acme.WWW, RecordType.A);

    /// How a resolver treats TTLs.
    enum Kind {
        HONEST,
        LOWERS,
        FARM_TOLD,
        FARM_HIDDEN,
        RAISES,
        STALE,
        DEAD;

        boolean isHonest() {
            return this == HONEST || this == LOWERS || this == FARM_TOLD || this == FARM_HIDDEN;
        }
    }

    /// One cache behind a resolver.
    final class Cache {
        final Kind kind;
        final long habitMillis;
        final double visitorsEveryMillis;
        boolean holdsOld;
        long storedAt;
        long expiresAt = Long.MIN_VALUE;

        /// When the last old answer it ever held ended.
        long letGoAt = Long.MIN_VALUE;

        Cache(Kind kind, long habitMillis, double visitorsEveryMillis) {
            this.kind = kind;
            this.habitMillis = habitMillis;
            this.visitorsEveryMillis = visitorsEveryMillis;
            fetch(-(long) (random.nextDouble() * ttlMillis));
        }

        private void fetch(long at) {
            long switched = authorities.get(random.nextInt(authorities.size()));
            holdsOld = at < switched;
            storedAt = at;
            long ttl =
                    switch (kind) {
                        case RAISES -> Math.max(ttlMillis, habitMillis);
                        case LOWERS -> Math.min(ttlMillis, habitMillis);
                        case HONEST, FARM_TOLD, FARM_HIDDEN, STALE, DEAD -> ttlMillis;
                    };
            expiresAt = at + ttl;
            if (holdsOld) {
                letGoAt = goodUntil();
            }
        }

        /// When it asks an authority again at the earliest.
        private long goodUntil() {
            return expiresAt + (kind == Kind.STALE ? habitMillis : 0);
        }

        /// Lets visitors come until then.
        void live(long now) {
            while (goodUntil() <= now) {
                double gap = -visitorsEveryMillis * Math.log(1 - random.nextDouble());
                long visit = goodUntil() + (long) gap;
                if (visit > now) {
                    return;
                }
                fetch(visit);
            }
        }
    }

    /// One address that is asked.
    final class Resolver {
        final String name;
        final Kind kind;
        final boolean roundsUp = random.nextBoolean();
        final boolean saysStale = random.nextBoolean();
        final List<Cache> caches = new ArrayList<>();

        Resolver(String name, Kind kind, int count, long habitMillis) {
            this.name = name;
            this.kind = kind;
            double visitorsEvery = 500 + random.nextDouble() * 30_000;
            for (int i = 0; i < count; i++) {
                caches.add(new Cache(kind, habitMillis, visitorsEvery));
            }
        }

        long letGoAt() {
            return caches.stream().mapToLong(c -> c.letGoAt).max().orElseThrow();
        }

        /// The share of its caches that hold no old answer.
        double onNext(long now) {
            return (double) caches.stream().filter(c -> c.letGoAt <= now).count() / caches.size();
        }

        ResolverAnswer ask(long now) {
            if (kind == Kind.DEAD) {
                return new ResolverAnswer(
                        name,
                        WWW,
                        List.of(),
                        0,
                        Duration.ZERO,
                        "no answer",
                        Told.plainly(Came.TIMED_OUT));
            }
            int which = random.nextInt(caches.size());
            Cache c = caches.get(which);
            long at = now + 2 + random.nextInt(80);
            c.live(at);
            if (c.goodUntil() <= at) {
                c.fetch(at);
            }
            boolean stale = c.expiresAt <= at;
            long left = c.expiresAt - at;
            long seconds = stale ? 30 : roundsUp ? (left + 999) / 1_000 : left / 1_000;
            Told told =
                    new Told(
                            Came.RECORDS,
                            kind == Kind.FARM_HIDDEN ? "" : name + "-" + which,
                            "",
                            List.of(),
                            List.of(),
                            seconds,
                            stale && saysStale,
                            "",
                            "");
            return new ResolverAnswer(
                    name,
                    WWW,
                    List.of(c.holdsOld ? Acme.WWW_OLD : Acme.WWW_NEXT),
                    seconds,
                    Duration.ofMillis(at - now),
                    "",
                    told);
        }
    }

    final Random random;
    final long ttlMillis;
    final List<Long> authorities = new ArrayList<>();
    final List<Resolver> resolvers = new ArrayList<>();

    /// When the controller has seen all authorities agree: a little after they do.
    final long servedAt;

    SwitchWorld(long seed) {
        random = new Random(seed);
        ttlMillis = 1_000L * List.of(60, 120, 300, 600).get(random.nextInt(4));
        long lag = random.nextInt(30_000);
        for (int i = 0; i < 2 + random.nextInt(4); i++) {
            authorities.add((long) (random.nextDouble() * lag));
        }
        long last = authorities.stream().mapToLong(Long::longValue).max().orElseThrow();
        servedAt = last + random.nextInt(1_500);
        for (int i = 0; i < 48; i++) {
            Kind kind = kind(i);
            int count =
                    kind == Kind.FARM_TOLD || kind == Kind.FARM_HIDDEN ? 2 + random.nextInt(5) : 1;
            long habit =
                    switch (kind) {
                        case RAISES -> ttlMillis + 30_000 + random.nextInt(600_000);
                        case LOWERS -> ttlMillis / 3;
                        case STALE -> 45_000 + random.nextInt(300_000);
                        case HONEST, FARM_TOLD, FARM_HIDDEN, DEAD -> 0;
                    };
            resolvers.add(new Resolver(String.format("r%02d", i), kind, count, habit));
        }
        resolvers.forEach(r -> r.caches.forEach(c -> c.live(servedAt)));
    }

    private static Kind kind(int i) {
        return switch (i % 16) {
            case 3, 11 -> Kind.RAISES;
            case 5 -> Kind.LOWERS;
            case 7 -> Kind.STALE;
            case 9 -> Kind.FARM_TOLD;
            case 13 -> Kind.FARM_HIDDEN;
            case 15 -> i == 15 ? Kind.DEAD : Kind.HONEST;
            default -> Kind.HONEST;
        };
    }
}
