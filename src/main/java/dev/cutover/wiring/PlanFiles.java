package dev.cutover.wiring;

import dev.cutover.planfile.PageFiles;
import dev.cutover.planfile.PlanFile;
import dev.cutover.run.PlanReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Plan files for the run: the reader of {@code planfile} under this node's policy. */
final class PlanFiles implements PlanReader {
    private final Outside outside;
    private final Duration minimumLead;

    PlanFiles(Outside outside, Duration minimumLead) {
        this.outside = outside;
        this.minimumLead = minimumLead;
    }

    @Override
    public Read read(String text, Map<String, String> files, Instant now) {
        PlanFile.Context context =
                new PlanFile.Context(
                        PageFiles.inline(files),
                        outside.secretNames(),
                        name -> !System.getenv().getOrDefault(name, "").isEmpty(),
                        minimumLead,
                        now,
                        Set.of("cloudflare", "rfc2136"),
                        outside.engine().isPresent() ? Set.of("http") : Set.of());
        return switch (PlanFile.read(text, context)) {
            case PlanFile.Ok ok ->
                    new Read.Ok(
                            ok.plan(),
                            ok.notes().stream().filter(n -> !n.endsWith("by default")).toList(),
                            new Mistake(
                                    "",
                                    ok.zone().line(),
                                    ok.zone().column(),
                                    ok.zone().path(),
                                    ""));
            case PlanFile.Bad bad ->
                    new Read.Bad(
                            bad.mistakes().stream()
                                    .map(
                                            m ->
                                                    new Mistake(
                                                            "",
                                                            m.line(),
                                                            m.column(),
                                                            m.path(),
                                                            m.message()))
                                    .toList());
        };
    }
}
