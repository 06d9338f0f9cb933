package dev.cutover.core.image;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordField;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.plan.SetChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One planned field as it stands in the zone beside what was promised.
 *
 * @param record the record, such as {@code www.acme.example A 198.51.100.10}
 * @param field {@code name}, {@code type} or a {@link RecordField} in lower case
 * @param promised the value it should have
 * @param seen the value it has; {@code absent} when the record is gone
 * @param standing whether the promise is kept
 */
public record FieldProof(
        String record, String field, String promised, String seen, Standing standing) {
    private static final Set<String> ROUTING =
            Set.of("record", "content", "proxied", "weight", "enabled");

    /** Whether visitors are sent elsewhere than promised because of this field. */
    public boolean isRoutedElsewhere() {
        return standing == Standing.FOREIGN && ROUTING.contains(field);
    }

    /** How a field stands to its promise. */
    public enum Standing {
        /** At its promised value. */
        KEPT,
        /** Somebody else's value; left alone and named. */
        FOREIGN
    }

    /** The proof for every field of every promised record. */
    public static List<FieldProof> of(
            List<SetChange> changes, Function<SetChange, List<DnsRecord>> promised, ZoneView seen) {
        List<FieldProof> proof = new ArrayList<>();
        for (SetChange change : changes) {
            List<DnsRecord> rest = new ArrayList<>(seen.set(change.key()));
            for (DnsRecord wanted : promised.apply(change)) {
                Optional<DnsRecord> match = Advance.match(wanted, rest);
                match.ifPresent(rest::remove);
                prove(proof, wanted, match);
            }
            for (DnsRecord extra : rest) {
                proof.add(
                        new FieldProof(
                                subject(extra),
                                "record",
                                "absent",
                                extra.content(),
                                Standing.FOREIGN));
            }
        }
        return proof;
    }

    private static void prove(List<FieldProof> proof, DnsRecord wanted, Optional<DnsRecord> seen) {
        String subject = subject(wanted);
        if (seen.isEmpty()) {
            proof.add(
                    new FieldProof(
                            subject, "record", wanted.content(), "absent", Standing.FOREIGN));
            return;
        }
        add(proof, subject, "name", wanted.name(), seen.get().name());
        add(proof, subject, "type", wanted.type(), seen.get().type());
        for (RecordField field : RecordField.values()) {
            add(
                    proof,
                    subject,
                    field.name().toLowerCase(Locale.ROOT),
                    field.of(wanted),
                    field.of(seen.get()));
        }
    }

    private static void add(
            List<FieldProof> proof, String subject, String field, Object promised, Object seen) {
        proof.add(
                new FieldProof(
                        subject,
                        field,
                        promised.toString(),
                        seen.toString(),
                        promised.equals(seen) ? Standing.KEPT : Standing.FOREIGN));
    }

    private static String subject(DnsRecord record) {
        return record.key() + " " + record.content();
    }
}
