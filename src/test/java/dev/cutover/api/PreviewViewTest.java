package dev.cutover.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.cutover.core.Acme;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.outlook.Calls;
import dev.cutover.core.outlook.Outlook;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The published shape of a preview is the one in the files that the renderings are proven with.
class PreviewViewTest {
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .registerModule(new JavaTimeModule())
                    .registerModule(new Jdk8Module())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .enable(SerializationFeature.INDENT_OUTPUT);

    @Test
    void a_plan_that_may_run() throws IOException {
        sameAs("may-run.json", view(Acme.plan()));
    }

    @Test
    void a_plan_that_is_refused() throws IOException {
        Plan wrong =
                Acme.plan(
                        Acme.set(
                                "www",
                                RecordType.A,
                                List.of("192.0.2.99"),
                                List.of("192.0.2.2"),
                                1));
        sameAs("refused.json", view(wrong));
    }

    @Test
    void a_plan_that_moves_a_pool_as_well() throws IOException {
        PlanDiff diff = Acme.diff(Acme.plan(), Acme.zone());
        EdgeChange weights =
                new EdgeChange(
                        List.of(Acme.SHOP),
                        pool(100, 0),
                        List.of(
                                new EdgeChange.Stage(1, pool(75, 25)),
                                new EdgeChange.Stage(2, pool(0, 100))),
                        pool(0, 100),
                        pool(100, 0));
        sameAs(
                "pool.json",
                view(
                        new PlanDiff(
                                diff.plan(),
                                diff.changes(),
                                List.of(weights),
                                List.of(),
                                diff.refusals(),
                                diff.notes(),
                                diff.zoneRecords(),
                                diff.touchedRecords(),
                                diff.hash())));
    }

    private static EdgePart pool(int staging, int production) {
        return new EdgePart.Pool(
                "p1",
                "acme-web",
                true,
                true,
                List.of(
                        PoolOrigin.of("staging", "198.51.100.1", staging),
                        PoolOrigin.of("production", "203.0.113.1", production)),
                Optional.empty());
    }

    private static PreviewView view(Plan plan) {
        return view(Acme.diff(plan, Acme.zone()));
    }

    private static PreviewView view(PlanDiff diff) {
        Plan plan = diff.plan();
        return PreviewView.of(
                diff,
                Outlook.of(diff, new Calls.Bounds(200, 5_000), Acme.NOW),
                Approvers.lacking(plan.approvals().need(), Set.of("ana"), ""));
    }

    private static void sameAs(String file, PreviewView view) throws IOException {
        assertThat(view.hash()).matches("[0-9a-f]{64}");
        // A new member of plans changes every hash; the shape is what is proven here.
        String text =
                JSON.writeValueAsString(
                        JSON.<ObjectNode>valueToTree(view).put("hash", "5f".repeat(32)));
        Path made = Path.of("target", "plan", file);
        Files.createDirectories(made.getParent());
        Files.writeString(made, text + "\n");
        try (InputStream in = PreviewViewTest.class.getResourceAsStream("/plan/" + file)) {
            assertThat(JSON.readTree(text))
                    .as("compare %s with src/test/resources/plan/%s", made, file)
                    .isEqualTo(JSON.readTree(Objects.requireNonNull(in, file)));
        }
    }
}
