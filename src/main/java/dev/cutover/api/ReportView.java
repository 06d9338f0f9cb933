package dev.cutover.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.report.Report;
import dev.cutover.json.BeforeImageJson;
import dev.cutover.run.Cutovers;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What happened, when, and on which evidence.
///
/// @param outcome the last phase's word, such as `Completed`
/// @param beforeImage as `cutover restore` reads it; null when it was never taken
/// @param phases with planned and actual times
/// @param gates every gate that let it pass, with its evidence
/// @param adoption who saw which side, over time
/// @param forecast who still saw the old side when resolvers were last asked, and until when; null
///     when none was asked, or routing was restored
/// @param calls every request made to a provider or engine; only the writes once it ended so long
///     ago that its reads are no longer kept
public record ReportView(
        String cutover,
        String outcome,
        String why,
        String site,
        String author,
        String planHash,
        @Schema(type = SchemaType.OBJECT, implementation = Object.class, nullable = true)
                JsonNode beforeImage,
        List<String> imagePlaces,
        List<Span> phases,
        List<GateView> gates,
        List<GateView> verdicts,
        List<Work> actions,
        List<Proof> proof,
        List<ForeignEdit> kept,
        List<Report.Call> pages,
        List<Report.Call> people,
        List<AdoptionView> adoption,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ForecastView forecast,
        List<Cutovers.MadeCall> calls) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /// One phase.
    ///
    /// @param plannedAt null where it depends on evidence alone
    /// @param leftAt null for the last one
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Span(
            String phase,
            String why,
            @Nullable Instant plannedAt,
            Instant enteredAt,
            @Nullable Instant leftAt) {}

    /// One attempt at a piece of outside work.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Work(String id, Instant intendedAt, @Nullable Instant endedAt, String ending) {}

    /// One planned field at the end, beside its promise: `KEPT`, or `FOREIGN` when somebody else's
    /// value was left.
    public record Proof(
            String record, String field, String promised, String seen, String standing) {
        static Proof of(FieldProof p) {
            return new Proof(p.record(), p.field(), p.promised(), p.seen(), p.standing().name());
        }
    }

    static ReportView of(Cutovers.FullReport full) {
        Report r = full.report();
        return new ReportView(
                r.cutover(),
                r.outcome(),
                r.why(),
                r.site(),
                r.author(),
                r.planHash(),
                r.beforeImage().map(ReportView::image).orElse(NullNode.getInstance()),
                r.imagePlaces(),
                r.phases().stream()
                        .map(
                                p ->
                                        new Span(
                                                p.phase(),
                                                p.why(),
                                                p.plannedAt().orElse(null),
                                                p.enteredAt(),
                                                p.leftAt().orElse(null)))
                        .toList(),
                r.gates().stream().map(p -> GateView.of(p.at(), p.judged())).toList(),
                r.verdicts().stream().map(p -> GateView.of(p.at(), p.judged())).toList(),
                r.actions().stream()
                        .map(
                                w ->
                                        new Work(
                                                w.id(),
                                                w.intendedAt(),
                                                w.endedAt().orElse(null),
                                                w.ending()))
                        .toList(),
                r.proof().stream().map(Proof::of).toList(),
                r.kept(),
                r.pages(),
                r.people(),
                r.adoption().stream().map(AdoptionView::of).toList(),
                r.forecast().map(ForecastView::of).orElse(null),
                full.calls());
    }

    private static JsonNode image(BeforeImage image) {
        try {
            return JSON.readTree(BeforeImageJson.write(image));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a before-image is JSON", e);
        }
    }
}
