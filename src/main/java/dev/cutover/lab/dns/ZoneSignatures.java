package dev.cutover.lab.dns;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * The signatures of one version of a zone, and the proofs of what is not in it. Source: RFC 4035 sections
 * 2 and 3.1. Wildcards in a signed zone are refused: their proofs are not made here.
 */
final class ZoneSignatures {
    private final Name origin;
    private final Map<Name, Map<Integer, Record>> signatures = new HashMap<>();
    private final TreeMap<Name, Record> denials = new TreeMap<>();

    /**
     * Signs a zone.
     *
     * @param sets every set by name and type, the key's own among them
     * @throws IllegalArgumentException when it holds a wildcard
     */
    ZoneSignatures(
            Name origin,
            Map<Name, Map<Integer, List<Record>>> sets,
            ZoneKey key,
            long negativeTtlSeconds,
            Instant now) {
        this.origin = origin;
        TreeSet<Name> own = new TreeSet<>();
        for (Name name : sets.keySet()) {
            if (name.isWild()) {
                throw new IllegalArgumentException(
                        "zone " + origin + ": a signed zone of the lab has no wildcards: " + name);
            }
            if (!isBelowCut(name, sets)) {
                own.add(name);
            }
        }
        for (Name name : own) {
            Map<Integer, List<Record>> here = sets.getOrDefault(name, Map.of());
            boolean cut = !name.equals(origin) && here.containsKey(Type.NS);
            Set<Integer> types = new TreeSet<>(List.of(Type.RRSIG, Type.NSEC));
            here.forEach(
                    (type, set) -> {
                        if (!cut || type == Type.DS) {
                            keep(name, type, key.sign(set, now));
                        }
                        if (!cut || type == Type.DS || type == Type.NS) {
                            types.add(type);
                        }
                    });
            Name next = own.higher(name) == null ? own.first() : own.higher(name);
            Record denial =
                    new NSECRecord(
                            name,
                            DClass.IN,
                            negativeTtlSeconds,
                            next,
                            types.stream().mapToInt(Integer::intValue).toArray());
            denials.put(name, denial);
            keep(name, Type.NSEC, key.sign(List.of(denial), now));
        }
    }

    private void keep(Name name, int type, Record signature) {
        signatures.computeIfAbsent(name, n -> new HashMap<>()).put(type, signature);
    }

    private boolean isBelowCut(Name name, Map<Name, Map<Integer, List<Record>>> sets) {
        for (Name at = name; !at.equals(origin); at = new Name(at, 1)) {
            boolean above = !at.equals(name);
            if (above && sets.getOrDefault(at, Map.of()).containsKey(Type.NS)) {
                return true;
            }
        }
        return false;
    }

    /** The reply with the signatures of its sets and the proofs of what it denies. */
    Reply prove(Reply reply, Name asked, Set<Name> names) {
        List<Record> authority = new ArrayList<>(reply.authority());
        boolean soa = authority.stream().anyMatch(r -> r.getType() == Type.SOA);
        if (soa) {
            Name denied = end(reply, asked);
            Set<Record> proofs = new LinkedHashSet<>();
            proofs.add(covering(denied));
            if (reply.rcode() == Rcode.NXDOMAIN) {
                Name encloser = denied;
                while (!names.contains(encloser)) {
                    encloser = new Name(encloser, 1);
                }
                proofs.add(covering(wildcard(encloser)));
            }
            authority.addAll(proofs);
        } else if (!reply.authoritative() && !authority.isEmpty()) {
            Name cut = authority.getFirst().getName();
            Record ds = signatures.getOrDefault(cut, Map.of()).get(Type.DS);
            if (ds == null) {
                authority.add(covering(cut));
            }
        }
        return new Reply(
                reply.rcode(),
                reply.authoritative(),
                signed(reply.answers()),
                signed(authority),
                reply.additional(),
                reply.site(),
                reply.extendedError());
    }

    private static Name wildcard(Name encloser) {
        try {
            return Name.concatenate(Name.fromConstantString("*"), encloser);
        } catch (NameTooLongException e) {
            throw new IllegalStateException("too long for any zone: *." + encloser, e);
        }
    }

    /** The record at this name, else the one whose span it lies in. */
    private Record covering(Name name) {
        var at = denials.floorEntry(name);
        return (at == null ? denials.lastEntry() : at).getValue();
    }

    private static Name end(Reply reply, Name asked) {
        Name end = asked;
        for (Record record : reply.answers()) {
            if (record instanceof CNAMERecord alias && alias.getName().equals(end)) {
                end = alias.getTarget();
            }
        }
        return end;
    }

    private List<Record> signed(List<Record> section) {
        List<Record> all = new ArrayList<>(section);
        Map<Name, Set<Integer>> seen = new TreeMap<>();
        for (Record record : section) {
            Record signature =
                    signatures.getOrDefault(record.getName(), Map.of()).get(record.getType());
            boolean first =
                    seen.computeIfAbsent(record.getName(), n -> new TreeSet<>())
                            .add(record.getType());
            if (signature != null && first) {
                all.add(signature);
            }
        }
        return all;
    }
}
