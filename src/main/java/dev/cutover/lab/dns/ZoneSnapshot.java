package dev.cutover.lab.dns;

import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.HINFORecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Type;

/** One version of a zone, ready to be asked. Immutable. */
final class ZoneSnapshot {

    // The values Cloudflare's servers publish; the last is how long "no such name" is kept.
    private static final long SOA_TTL_SECONDS = 1800;
    private static final long NS_TTL_SECONDS = 86_400;
    private static final long REFRESH_SECONDS = 10_000;
    private static final long RETRY_SECONDS = 2_400;
    private static final long EXPIRE_SECONDS = 604_800;
    private static final long NEGATIVE_TTL_SECONDS = 1_800;

    /** A chain of more is a loop; resolvers give up at about this length. */
    private static final int CHAIN_LENGTH = 8;

    private final long version;
    private final Name origin;
    private final Map<Name, Map<Integer, List<Record>>> sets = new HashMap<>();

    /** Every name that exists, those between a record and the origin included (RFC 8020). */
    private final Set<Name> names = new HashSet<>();

    private final Record negativeSoa;

    private final Optional<ZoneSignatures> signatures;

    /**
     * What a zone has at its top beside its records.
     *
     * @param key what it is signed with, at {@code now}
     */
    record Apex(Name origin, List<Name> servers, Optional<ZoneKey> key, Instant now) {}

    /**
     * Reads the records of one version.
     *
     * @throws IllegalArgumentException when a record cannot be read or is not of this zone; the
     *     message names it
     */
    ZoneSnapshot(Apex apex, long version, List<ZoneRecord> records) {
        this.origin = apex.origin();
        List<Name> servers = apex.servers();
        this.version = version;
        for (ZoneRecord record : records) {
            Record read = read(record);
            boolean ofTheServers =
                    read.getName().equals(origin)
                            && (read.getType() == Type.SOA || read.getType() == Type.NS);
            if (!ofTheServers) {
                add(read);
            }
        }
        Record soa = soa(servers.getFirst(), SOA_TTL_SECONDS);
        add(soa);
        servers.forEach(s -> add(new NSRecord(origin, DClass.IN, NS_TTL_SECONDS, s)));
        // The negative answer's own TTL is the smaller of the two (RFC 2308 section 3).
        negativeSoa = soa(servers.getFirst(), Math.min(SOA_TTL_SECONDS, NEGATIVE_TTL_SECONDS));
        apex.key().ifPresent(key -> add(key.published()));
        signatures =
                apex.key()
                        .map(
                                key ->
                                        new ZoneSignatures(
                                                origin,
                                                sets,
                                                key,
                                                NEGATIVE_TTL_SECONDS,
                                                apex.now()));
    }

    long version() {
        return version;
    }

    private Record soa(Name primary, long ttlSeconds) {
        return new SOARecord(
                origin,
                DClass.IN,
                ttlSeconds,
                primary,
                Name.fromConstantString("hostmaster." + primary),
                version & 0xFFFF_FFFFL,
                REFRESH_SECONDS,
                RETRY_SECONDS,
                EXPIRE_SECONDS,
                NEGATIVE_TTL_SECONDS);
    }

    private Record read(ZoneRecord record) {
        int type = Type.value(record.type());
        try {
            Name name = Name.fromString(record.name(), Name.root);
            if (type == -1 || !name.subdomain(origin)) {
                throw new IllegalArgumentException(
                        "zone " + origin + ": type unknown or name outside the zone: " + record);
            }
            return Record.fromString(
                    name, type, DClass.IN, record.ttlSeconds(), record.content(), Name.root);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "zone " + origin + ": unreadable " + record + ": " + e.getMessage(), e);
        }
    }

    private void add(Record record) {
        sets.computeIfAbsent(record.getName(), n -> new HashMap<>())
                .computeIfAbsent(record.getType(), t -> new ArrayList<>())
                .add(record);
        for (Name name = record.getName(); name.subdomain(origin); name = new Name(name, 1)) {
            names.add(name);
            if (name.equals(origin)) {
                break;
            }
        }
    }

    /** The records of exactly this name and type; empty when there are none. */
    List<Record> exactly(Name name, int type) {
        return sets.getOrDefault(name, Map.of()).getOrDefault(type, List.of());
    }

    /** As the other, with signatures and proofs for an asker who takes them, where the zone is signed. */
    Reply answer(Name asked, int type, String site, boolean dnssecOk) {
        Reply reply = answer(asked, type, site);
        return dnssecOk ? signatures.map(s -> s.prove(reply, asked, names)).orElse(reply) : reply;
    }

    /** Answers as an authority, following CNAMEs as far as they stay in this zone. */
    Reply answer(Name asked, int type, String site) {
        List<Record> answers = new ArrayList<>();
        Name name = asked;
        for (int hop = 0; hop <= CHAIN_LENGTH && name.subdomain(origin); hop++) {
            @Nullable Name cut = cutAbove(name, type);
            if (cut != null) {
                return reply(
                        Rcode.NOERROR, !answers.isEmpty(), answers, exactly(cut, Type.NS), site);
            }
            Map<Integer, List<Record>> found = at(name);
            if (found == null) {
                return reply(Rcode.NXDOMAIN, true, answers, List.of(negativeSoa), site);
            }
            if (type == Type.ANY) {
                // As RFC 8482 section 4.2 and Cloudflare do.
                Record any = new HINFORecord(name, DClass.IN, 3600, "RFC8482", "");
                return reply(Rcode.NOERROR, true, List.of(any), List.of(), site);
            }
            List<Record> set = found.getOrDefault(type, List.of());
            if (!set.isEmpty()) {
                for (Record record : set) {
                    answers.add(record.withName(name));
                }
                return reply(Rcode.NOERROR, true, answers, List.of(), site);
            }
            List<Record> alias = found.getOrDefault(Type.CNAME, List.of());
            if (alias.isEmpty()) {
                return reply(Rcode.NOERROR, true, answers, List.of(negativeSoa), site);
            }
            answers.add(alias.getFirst().withName(name));
            name = ((CNAMERecord) alias.getFirst()).getTarget();
        }
        return reply(Rcode.NOERROR, true, answers, List.of(), site);
    }

    /** The records at a name or those a wildcard makes for it (RFC 4592); null for no such name. */
    private @Nullable Map<Integer, List<Record>> at(Name name) {
        if (names.contains(name)) {
            return sets.getOrDefault(name, Map.of());
        }
        Name encloser = name;
        while (!names.contains(encloser)) {
            encloser = new Name(encloser, 1);
        }
        try {
            return sets.get(Name.concatenate(Name.fromConstantString("*"), encloser));
        } catch (org.xbill.DNS.NameTooLongException tooLongToExist) {
            return null;
        }
    }

    /** The delegation that this name lies at or under, if any: others answer for it. */
    private @Nullable Name cutAbove(Name name, int type) {
        for (Name at = name; !at.equals(origin); at = new Name(at, 1)) {
            boolean parentsOwn = at.equals(name) && type == Type.DS;
            if (!parentsOwn && !exactly(at, Type.NS).isEmpty()) {
                return at;
            }
        }
        return null;
    }

    private static Reply reply(
            int rcode, boolean aa, List<Record> answers, List<Record> authority, String site) {
        return new Reply(rcode, aa, answers, authority, List.of(), site, OptionalInt.empty());
    }
}
