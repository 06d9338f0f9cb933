package dev.cutover.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Draws one cutover as lines: what it is doing, what comes next, what the gates say.
///
/// Pure: the same status, width and style give the same lines. Nothing of a status reaches a
/// terminal with control characters in it.
///
/// ```
/// acme-relaunch-1  https://www.acme.example            2026-12-06 02:14:03 UTC
/// Scheduled > Preparing > Ageing > AwaitingGo > Promoting > [Switching(1/2)] > Soaking > ...
/// Switching(1/2) for 25 s: the promotion is verified
/// Next   in 13 s (02:14:16): step 2 of 2
/// Gates  wait  propagated            3 s  53.3 % of answers show the next side ...
///        ok    zone-unchanged 3 s, authorities-agree 3 s, errors 1 s
/// Seen   [##########----------] 53 % on the next side (64 next, 56 old, 0 other, 2 failed)
/// Until  95 % by 02:14:40, at the latest 02:15:03; last old answer gone by 02:15:03; an abort ...
/// Late   r04 raises TTLs to 90 s or more
/// Errors 0.4 % of 812 requests, allowed 2 %
/// Last   02:13:41 step 1 is served from the next side
/// ```
public final class LiveView {
    private static final int MOST_EVENTS = 5;
    private static final int MOST_LATE = 3;
    private static final int LABEL = 7;
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String RED = "\u001b[31m";
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String MAGENTA = "\u001b[35m";

    /// What needs a person's eye comes first.
    private static final Map<String, Integer> ORDER =
            Map.of("fail", 0, "blind", 1, "inconclusive", 2);

    private final Status status;
    private final int width;
    private final boolean ansi;
    private final TooLong tooLong;
    private final List<String> lines = new ArrayList<>();

    private LiveView(Status status, int width, boolean ansi, TooLong tooLong) {
        this.status = status;
        this.width = width;
        this.ansi = ansi;
        this.tooLong = tooLong;
    }

    /// What becomes of a text that is wider than the picture.
    enum TooLong {
        /// Cut with an ellipsis: the picture is redrawn and must keep its height.
        CUT,
        /// Goes on in the next line.
        FOLD,
        /// Stays as it is: no person looks at columns here.
        LEAVE
    }

    /// The whole picture, to be redrawn: what is too long is cut.
    ///
    /// @param width the most columns a line may have, at least 40
    /// @param ansi whether colours are wanted
    public static List<String> lines(Status status, int width, boolean ansi) {
        return lines(status, width, ansi, TooLong.CUT);
    }

    /// The whole picture.
    ///
    /// @param width the columns of the picture, at least 40
    /// @param ansi whether colours are wanted
    /// @param tooLong what becomes of longer texts
    static List<String> lines(Status status, int width, boolean ansi, TooLong tooLong) {
        LiveView view = new LiveView(status, Math.max(40, width), ansi, tooLong);
        view.head();
        view.path();
        view.phase();
        view.next();
        view.gates();
        view.adoption();
        view.forecast();
        view.errors();
        view.people();
        view.last();
        return List.copyOf(view.lines);
    }

    /// What is new since the last look, as plain lines for where no terminal redraws: the entries
    /// of the journal in words, and every verdict that changed.
    ///
    /// @param before the last look; empty for the first
    public static List<String> news(Optional<Status> before, Status now) {
        List<String> news = new ArrayList<>();
        long seen = before.flatMap(LiveView::lastSeq).orElse(0L);
        for (Status.Entry entry : now.recent()) {
            if (entry.seq() > seen) {
                news.add(Shown.line(Shown.clock(entry.at()) + "  " + entry.text()));
            }
        }
        Map<String, String> verdicts = before.map(LiveView::verdicts).orElseGet(Map::of);
        // What is over is judged no more: its last verdicts are no news.
        List<Status.Gate> gates = now.over() ? List.of() : now.gates();
        for (Status.Gate gate : gates) {
            if (!gate.verdict().equals(verdicts.getOrDefault(gate.check(), ""))) {
                news.add(
                        Shown.line(
                                Shown.clock(now.now())
                                        + "  "
                                        + mark(gate.verdict())
                                        + " "
                                        + gate.check()
                                        + ": "
                                        + gate.summary()));
            }
        }
        boolean moved = before.map(b -> !b.phase().equals(now.phase())).orElse(true);
        if (moved) {
            news.add(Shown.line(Shown.clock(now.now()) + "  now " + now.phase() + nextWords(now)));
        }
        List<String> late =
                before.flatMap(Status::forecast).map(Status.ForecastNow::late).orElse(List.of());
        now.forecast()
                .ifPresent(
                        f -> {
                            if (before.flatMap(Status::forecast).isEmpty()) {
                                news.add(
                                        Shown.line(
                                                Shown.clock(now.now())
                                                        + "  forecast: "
                                                        + f.text()));
                            }
                            f.late().stream()
                                    .filter(l -> !late.contains(l))
                                    .limit(MOST_LATE)
                                    .forEach(
                                            l ->
                                                    news.add(
                                                            Shown.line(
                                                                    Shown.clock(now.now())
                                                                            + "  late: "
                                                                            + l)));
                        });
        now.adoption()
                .filter(a -> before.flatMap(Status::adoption).map(b -> !b.equals(a)).orElse(true))
                .ifPresent(a -> news.add(Shown.clock(now.now()) + "  " + seenWords(a)));
        return news;
    }

    private static Optional<Long> lastSeq(Status status) {
        return status.recent().stream().map(Status.Entry::seq).max(Comparator.naturalOrder());
    }

    private static Map<String, String> verdicts(Status status) {
        return status.gates().stream()
                .collect(Collectors.toMap(Status.Gate::check, Status.Gate::verdict, (a, b) -> b));
    }

    private static String nextWords(Status status) {
        if (status.next().text().isEmpty()) {
            return "";
        }
        return "; next "
                + status.next().at().map(at -> "at " + Shown.clock(at) + " ").orElse("")
                + status.next().text();
    }

    private void head() {
        String name = status.id() + "  " + status.site();
        String time = Shown.moment(status.now());
        int gap = width - name.length() - time.length();
        add(BOLD, gap < 2 ? name : name + " ".repeat(gap) + time);
    }

    /// The phases with the current one in brackets, folded to the width.
    private void path() {
        List<String> plain = new ArrayList<>();
        List<String> styles = new ArrayList<>();
        for (Status.PathStep step : status.path()) {
            boolean current = step.state().equals("current");
            plain.add(Shown.line(current ? "[" + step.phase() + "]" : step.phase()));
            styles.add(current ? BOLD : step.state().equals("done") ? GREEN : DIM);
        }
        StringBuilder row = new StringBuilder();
        int used = 0;
        for (int i = 0; i < plain.size(); i++) {
            String arrow = i == 0 ? "" : " > ";
            int needs = arrow.length() + plain.get(i).length();
            if (used > 0 && used + needs > width) {
                lines.add(row.toString());
                row.setLength(0);
                used = 0;
                arrow = "  > ";
                needs = arrow.length() + plain.get(i).length();
            }
            row.append(arrow).append(styled(styles.get(i), plain.get(i)));
            used += needs;
        }
        if (used > 0) {
            lines.add(row.toString());
        }
    }

    private void phase() {
        String since = Shown.span(Duration.between(status.phaseSince(), status.now()));
        String why = status.why().isEmpty() ? "" : ": " + status.why();
        add(
                phaseStyle(status.phaseType()),
                status.over() ? status.phase() + why : status.phase() + " for " + since + why);
    }

    private static String phaseStyle(String type) {
        return switch (type) {
            case "Held", "Cancelling" -> YELLOW;
            case "FallingBack", "FellBack", "NeedsOperator" -> RED;
            case "Completed" -> GREEN;
            default -> BOLD;
        };
    }

    private void next() {
        Status.Next next = status.next();
        if (next.text().isEmpty()) {
            return;
        }
        String when = next.at().map(at -> when(at) + ": ").orElse("");
        labelled("Next", "", when + next.text());
    }

    private String when(Instant at) {
        Duration left = Duration.between(status.now(), at);
        return left.isNegative() || left.isZero()
                ? "now"
                : "in " + Shown.span(left) + " (" + Shown.clock(at) + ")";
    }

    /// One line for each gate that needs an eye; those that pass share lines, so that the picture
    /// fits a small terminal.
    private void gates() {
        List<Status.Gate> odd =
                status.gates().stream()
                        .filter(g -> !g.verdict().equals("pass"))
                        .sorted(Comparator.comparingInt(g -> ORDER.getOrDefault(g.verdict(), 3)))
                        .toList();
        String label = "Gates";
        for (Status.Gate gate : odd) {
            labelled(
                    label,
                    verdictStyle(gate.verdict()),
                    String.format(
                            Locale.ROOT,
                            "%-5s %-17s %9s  %s",
                            mark(gate.verdict()),
                            gate.check(),
                            age(gate),
                            gate.summary()));
            label = "";
        }
        String passMark = "ok    ";
        StringBuilder row = new StringBuilder();
        for (Status.Gate gate : status.gates()) {
            if (!gate.verdict().equals("pass")) {
                continue;
            }
            String cell = gate.check() + " " + age(gate);
            if (!row.isEmpty() && row.length() + 2 + cell.length() > width - LABEL) {
                labelled(label, GREEN, row.toString());
                label = "";
                row.setLength(0);
            }
            row.append(row.isEmpty() ? passMark : ", ").append(cell);
            passMark = "      ";
        }
        if (!row.isEmpty()) {
            labelled(label, GREEN, row.toString());
        }
    }

    private String age(Status.Gate gate) {
        return gate.observedAt()
                .map(at -> Shown.span(Duration.between(at, status.now())))
                .orElse("-");
    }

    private static String mark(String verdict) {
        return switch (verdict) {
            case "pass" -> "ok";
            case "fail" -> "FAIL";
            case "inconclusive" -> "wait";
            default -> verdict;
        };
    }

    private static String verdictStyle(String verdict) {
        return switch (verdict) {
            case "pass" -> GREEN;
            case "fail" -> RED;
            case "inconclusive" -> YELLOW;
            default -> MAGENTA;
        };
    }

    private void adoption() {
        status.adoption()
                .ifPresent(
                        a -> {
                            int cells = Math.clamp(width / 4, 10, 40);
                            int full = (int) Math.round(Math.clamp(a.share(), 0, 1) * cells);
                            String bar = "[" + "#".repeat(full) + "-".repeat(cells - full) + "] ";
                            labelled("Seen", "", bar + seenWords(a));
                        });
    }

    private void forecast() {
        status.forecast()
                .filter(f -> !f.text().isEmpty() && !status.over())
                .ifPresent(
                        f -> {
                            labelled("Until", "", f.text());
                            if (!f.answers().isEmpty()) {
                                labelled("Caches", "", f.answers());
                            }
                            if (!f.regions().isEmpty()) {
                                labelled("Places", "", f.regions());
                            }
                            if (!f.late().isEmpty()) {
                                int more = f.late().size() - MOST_LATE;
                                labelled(
                                        "Late",
                                        YELLOW,
                                        f.late().stream()
                                                        .limit(MOST_LATE)
                                                        .collect(Collectors.joining(", "))
                                                + (more > 0 ? " and " + more + " more" : ""));
                            }
                        });
    }

    private static String seenWords(Status.AdoptionNow a) {
        return Shown.percent(a.share())
                + " on the next side ("
                + a.onNext()
                + " next, "
                + a.onOld()
                + " old, "
                + a.other()
                + " other, "
                + a.failed()
                + " failed)";
    }

    private void errors() {
        status.errors()
                .ifPresent(
                        e ->
                                labelled(
                                        "Errors",
                                        e.share() > e.ceiling() ? RED : "",
                                        Shown.percent(e.share())
                                                + " ("
                                                + e.failures()
                                                + " of "
                                                + e.requests()
                                                + " requests), allowed "
                                                + Shown.percent(e.ceiling())));
    }

    private void people() {
        if (!status.openActions().isEmpty()) {
            labelled("Doing", "", String.join(", ", status.openActions()));
        }
        if (status.approvals().given().size() < status.approvals().need() && !status.over()) {
            labelled(
                    "Needs",
                    YELLOW,
                    status.approvals().given().size()
                            + " of "
                            + status.approvals().need()
                            + " approvals");
        }
        String label = "Kept";
        for (String edit : status.kept()) {
            labelled(label, YELLOW, edit);
            label = "";
        }
    }

    private void last() {
        List<Status.Entry> recent = status.recent();
        String label = "Last";
        for (Status.Entry e :
                recent.subList(Math.max(0, recent.size() - MOST_EVENTS), recent.size())) {
            labelled(label, DIM, Shown.clock(e.at()) + " " + e.text());
            label = "";
        }
    }

    private void labelled(String label, String style, String text) {
        String head = String.format(Locale.ROOT, "%-" + LABEL + "s", label);
        for (String part : parts(text, width - LABEL)) {
            lines.add(head + styled(style, part));
            head = " ".repeat(LABEL);
        }
    }

    private void add(String style, String text) {
        parts(text, width).forEach(part -> lines.add(styled(style, part)));
    }

    private List<String> parts(String text, int most) {
        return switch (tooLong) {
            case CUT -> List.of(Shown.fit(text, most));
            case FOLD -> Shown.folded(text, most);
            case LEAVE -> List.of(Shown.line(text));
        };
    }

    private String styled(String style, String text) {
        return ansi && !style.isEmpty() ? style + text + RESET : text;
    }
}
