package dev.cutover.core.timeline;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.plan.SetChange;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the provider's edge is known again in answers, and which side it serves.
 *
 * <p>A proxied name resolves to the edge on every side. So an answer says only whether visitors get to the
 * edge; which origin answers there is told by its marker. The edge's addresses are learnt from the
 * authorities: nobody else gives them first.
 *
 * @param addresses of the edge, as authorities gave them for proxied names, at most {@value #MOST}
 * @param onNext names whose marker through the edge is the next side's
 * @param elsewhere names whose marker through the edge is another side's
 */
public record EdgeIdentity(Set<String> addresses, Set<DnsName> onNext, Set<DnsName> elsewhere) {
    /** A provider gives a zone a handful; a bound for what is kept. */
    public static final int MOST = 1_000;

    public EdgeIdentity {
        addresses = Set.copyOf(new TreeSet<>(addresses).stream().limit(MOST).toList());
        onNext = Set.copyOf(onNext);
        elsewhere = Set.copyOf(elsewhere);
    }

    /** Nothing known yet. */
    public static EdgeIdentity unknown() {
        return new EdgeIdentity(Set.of(), Set.of(), Set.of());
    }

    /** What authorities answer for proxied names is the edge. */
    public EdgeIdentity look(List<SetChange> changes, Evidence.Authorities seen) {
        Set<String> more = new HashSet<>(addresses);
        for (SetChange change : changes) {
            if (change.isProxied()) {
                List<String> own =
                        change.before().stream()
                                .filter(r -> !r.proxied())
                                .map(r -> r.content())
                                .toList();
                seen.answers().stream()
                        .filter(a -> a.answered() && a.set().equals(change.key()))
                        .flatMap(a -> a.contents().stream())
                        .filter(content -> !own.contains(content))
                        .forEach(more::add);
            }
        }
        return new EdgeIdentity(more, onNext, elsewhere);
    }

    /** Which side answered through the edge, by its marker. A name that did not answer keeps what was known. */
    public EdgeIdentity look(Evidence.Served seen) {
        Set<DnsName> next = new HashSet<>(onNext);
        Set<DnsName> other = new HashSet<>(elsewhere);
        for (Evidence.ServedName name : seen.names()) {
            if (name.failure().isEmpty()) {
                next.remove(name.name());
                other.remove(name.name());
                (name.onNext() ? next : other).add(name.name());
            }
        }
        return new EdgeIdentity(addresses, next, other);
    }

    /** Whether every address of an answer is the edge's. */
    boolean isEdge(List<String> contents) {
        return !contents.isEmpty() && addresses.containsAll(contents);
    }

    /** What an answer that leads to the edge means for a name; empty while no marker was read. */
    Optional<AnswerVerdict> behind(DnsName name) {
        return onNext.contains(name)
                ? Optional.of(AnswerVerdict.NEXT)
                : elsewhere.contains(name) ? Optional.of(AnswerVerdict.OLD) : Optional.empty();
    }
}
