package dev.cutover.core.judge;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/// Prints how often a healthy site's day is aborted and how long harm stays unseen, by this judge
/// and by
/// the rules of others, on the same simulated streams. `bench/judge` starts it.
final class JudgeBench {
    private static final int HARM_AT = 3_600;
    private static final int HARM_SECONDS = 6 * 3_600;
    private static final int HOUR = 3_600;

    private static final List<Soak.Rule> RULES =
            List.of(
                    new Soak.OurJudge(Duration.ofMinutes(5), 0.02),
                    new Soak.OurJudge(Duration.ofMinutes(2), 0.02),
                    new PeerRules.Argo(0.95, 300, 3),
                    new PeerRules.Argo(0.98, 300, 3),
                    new PeerRules.Flagger(0.99, 60, 10),
                    new PeerRules.Flagger(0.98, 60, 10),
                    new PeerRules.WilsonWindow(0.02, 300));

    private JudgeBench() {}

    public static void main(String[] args) {
        int soaks = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int fewer = Math.max(1, soaks / 20);
        long from = System.nanoTime();
        System.out.println(
                "A: this judge at its default; B: with a window of two minutes; the rest");
        System.out.println(
                "   as documented, and with our ceiling. Own probes: 3 requests a second.");
        for (int i = 0; i < RULES.size(); i++) {
            System.out.println("   " + (char) ('A' + i) + "  " + RULES.get(i).name());
        }
        healthy(soaks, fewer);
        harmful(fewer);
        System.out.printf(
                Locale.ROOT, "%ntook %.0f s%n", (System.nanoTime() - from) / 1_000_000_000.0);
    }

    private static void healthy(int soaks, int fewer) {
        System.out.printf("%nHealthy days of 24 hours: share aborted%n");
        System.out.print(heading("stream", "days"));
        Map<String, LongFunction<Soak>> streams = new LinkedHashMap<>();
        streams.put("0.5 % in bursts of 10 s, 40 % fail in one", s -> bursty(s, 10, 0.4));
        LongFunction<Soak> first = streams.values().iterator().next();
        streams.put("0.5 % in bursts of 3 s, 40 %", s -> bursty(s, 3, 0.4));
        streams.put("0.5 % in bursts of 30 s, 25 %", s -> bursty(s, 30, 0.25));
        streams.put("0.5 % in bursts of 30 s, 40 %", s -> bursty(s, 30, 0.4));
        streams.put("0.5 % in bursts of 60 s, 10 %", s -> bursty(s, 60, 0.1));
        streams.put(
                "0.5 %, each by itself",
                s -> Traffic.probes(s, Traffic.DAY).fail(0, Traffic.DAY, t -> 0.005).everySecond());
        streams.put(
                "visitors, 2 to 40 a second, bursts of 10 s",
                s -> Traffic.diurnal(s, Traffic.DAY, 40).bursts(0, 0.005, 10, 0.4).everyMinute());
        streams.put(
                "a small site, 3 a minute, bursts of 10 s",
                s -> Traffic.oneIn(s, Traffic.DAY, 20).bursts(0, 0.005, 10, 0.4).everyMinute());
        streams.put("bursts of 10 s, our network down 3 x 30 min", JudgeBench::uplinkDown);
        streams.forEach(
                (name, stream) -> {
                    int days = stream == first ? soaks : fewer;
                    StringBuilder line = new StringBuilder(row(name, days));
                    int[] aborted = new int[RULES.size()];
                    for (int seed = 0; seed < days; seed++) {
                        Soak soak = stream.apply(seed);
                        for (int r = 0; r < RULES.size(); r++) {
                            aborted[r] += RULES.get(r).abortsAt(soak) >= 0 ? 1 : 0;
                        }
                    }
                    for (int count : aborted) {
                        line.append(
                                cell(String.format(Locale.ROOT, "%.2f%%", 100.0 * count / days)));
                    }
                    System.out.println(line);
                });
    }

    static Soak bursty(long seed, double meanSeconds, double within) {
        return Traffic.probes(seed, Traffic.DAY)
                .bursts(0, 0.005, meanSeconds, within)
                .everySecond();
    }

    static Soak uplinkDown(long seed) {
        Traffic traffic = Traffic.probes(seed, Traffic.DAY).bursts(0, 0.005, 10, 0.4);
        for (int hour : new int[] {3, 11, 19}) {
            traffic.silent(hour * HOUR, hour * HOUR + 1_800);
        }
        return traffic.everySecond();
    }

    private static void harmful(int soaks) {
        System.out.printf(
                "%nHarm after a healthy hour (0.5 %% in bursts of 10 s): seconds until the abort,"
                        + " median/99th of 100;%n'-' when fewer were caught within five hours;"
                        + " runs aborted before the harm are left out, their share in brackets%n");
        System.out.print(heading("harm", "runs"));
        Map<String, LongFunction<Soak>> streams = new LinkedHashMap<>();
        streams.put("total outage", s -> step(s, 1));
        streams.put("half of all requests fail", s -> step(s, 0.5));
        streams.put("10 x ceiling (20 %)", s -> step(s, 0.2));
        streams.put("4 x ceiling (8 %)", s -> step(s, 0.08));
        streams.put("2 x ceiling (4 %)", s -> step(s, 0.04));
        streams.put(
                "4 x ceiling in bursts of 10 s, 40 %",
                s -> background(s).bursts(HARM_AT, 0.08, 10, 0.4).everySecond());
        streams.put(
                "slow ramp, 0 to 10 % in two hours",
                s ->
                        background(s)
                                .fail(
                                        HARM_AT,
                                        HARM_SECONDS,
                                        t -> Math.min(0.1, (t - HARM_AT) / 72_000.0))
                                .everySecond());
        streams.put(
                "visitors by the minute, 4 x ceiling",
                s ->
                        Traffic.diurnal(s, HARM_SECONDS, 40)
                                .bursts(0, 0.005, 10, 0.4)
                                .fail(HARM_AT, HARM_SECONDS, t -> 0.08)
                                .everyMinute());
        streams.put(
                "a small site by the minute, 10 x ceiling",
                s ->
                        Traffic.oneIn(s, HARM_SECONDS, 20)
                                .fail(HARM_AT, HARM_SECONDS, t -> 0.2)
                                .everyMinute());
        streams.forEach(
                (name, stream) -> {
                    StringBuilder line = new StringBuilder(row(name, soaks));
                    int[][] delays = new int[RULES.size()][soaks];
                    int[] early = new int[RULES.size()];
                    for (int seed = 0; seed < soaks; seed++) {
                        Soak soak = stream.apply(seed);
                        for (int r = 0; r < RULES.size(); r++) {
                            int at = RULES.get(r).abortsAt(soak);
                            early[r] += at >= 0 && at <= HARM_AT ? 1 : 0;
                            delays[r][seed] = at < 0 ? Integer.MAX_VALUE : at - HARM_AT;
                        }
                    }
                    for (int r = 0; r < RULES.size(); r++) {
                        line.append(cell(delays(delays[r], early[r])));
                    }
                    System.out.println(line);
                });
    }

    private static Traffic background(long seed) {
        return Traffic.probes(seed, HARM_SECONDS).bursts(0, 0.005, 10, 0.4);
    }

    static Soak step(long seed, double rate) {
        return background(seed).fail(HARM_AT, HARM_SECONDS, t -> rate).everySecond();
    }

    private static String delays(int[] delays, int early) {
        int[] caught = Arrays.stream(delays).filter(d -> d > 0).sorted().toArray();
        String share =
                early == 0
                        ? ""
                        : String.format(Locale.ROOT, " (%.0f%%)", 100.0 * early / delays.length);
        return caught.length == 0
                ? "-" + share
                : seconds(caught[caught.length / 2])
                        + "/"
                        + seconds(
                                caught[
                                        (int)
                                                Math.min(
                                                        caught.length - 1,
                                                        caught.length * 99L / 100)])
                        + share;
    }

    private static String seconds(int delay) {
        return delay == Integer.MAX_VALUE ? "-" : String.valueOf(delay);
    }

    private static String heading(String what, String count) {
        StringBuilder line = new StringBuilder("%-46s%8s".formatted(what, count));
        for (int i = 0; i < RULES.size(); i++) {
            line.append(cell(String.valueOf((char) ('A' + i))));
        }
        return line.append('\n').toString();
    }

    private static String row(String name, int count) {
        return "%-46s%8d".formatted(name, count);
    }

    private static String cell(String text) {
        return "%17s".formatted(text);
    }
}
