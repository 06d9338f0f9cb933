package dev.cutover.planfile;

import dev.cutover.core.plan.Plan;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;

/** How content gets to the next side. */
final class PromotionReader {
    private PromotionReader() {}

    /** The outer optional is empty when there was a mistake, the inner one when nothing is promoted. */
    static Optional<Optional<Plan.PromotionPlan>> read(Fields file, PlanFile.Context context) {
        Optional<Value> value = file.get("promotion");
        if (value.isEmpty()) {
            file.whole().findings().note("promotion: none, only routing moves");
            return Optional.of(Optional.empty());
        }
        Optional<Fields> fields = value.get().fields(Section.PROMOTION);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        Fields in = fields.get();
        Optional<String> engine =
                in.need("engine", "http").flatMap(v -> v.oneOf(Words.of(context.engines())));
        Optional<String> staging =
                in.need("staging", "https://staging.acme.example").flatMap(PromotionReader::url);
        Optional<String> production =
                in.need("production", "https://www.acme.example").flatMap(PromotionReader::url);
        Optional<String> credentials =
                in.need("credentials", "\"${env:ENGINE_TOKEN}\"")
                        .flatMap(v -> SecretReference.read(v, context));
        Optional<Duration> expected =
                in.duration(
                        "expected", Duration.ofSeconds(1), Duration.ofDays(1), Defaults.PROMOTION);
        if (engine.isEmpty()
                || staging.isEmpty()
                || production.isEmpty()
                || credentials.isEmpty()
                || expected.isEmpty()) {
            return Optional.empty();
        }
        if (staging.get().equals(production.get())) {
            in.get("production")
                    .ifPresent(v -> v.wrong("equals 'staging'; nothing would be promoted"));
            return Optional.empty();
        }
        return Optional.of(
                Optional.of(
                        new Plan.PromotionPlan(
                                engine.get(),
                                staging.get(),
                                production.get(),
                                credentials.get(),
                                expected.get())));
    }

    /** An absolute http or https URL without user and password; a wrong one is not shown, it may hold them. */
    private static Optional<String> url(Value value) {
        Optional<String> text = value.text(2_000);
        if (text.isEmpty()) {
            return text;
        }
        try {
            URI uri = new URI(text.get());
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (web
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return text;
            }
        } catch (URISyntaxException notAUrl) {
            // Said below, like every other text that is no such URL.
        }
        value.wrong(
                "expected a URL such as https://staging.acme.example, without user, password, query"
                        + " and fragment");
        return Optional.empty();
    }
}
