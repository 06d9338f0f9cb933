package dev.cutover.api;

import java.util.Optional;
import java.util.Set;

/// Whether enough people may approve here.
final class Approvers {
    private Approvers() {}

    /// What stands in the way of a plan's approvals, with what to do; empty when nothing does.
    ///
    /// @param need how many different people must agree
    /// @param able the names of those who may approve here
    /// @param author who scheduled it: alone not enough; empty when that is not known yet
    static Optional<String> lacking(int need, Set<String> able, String author) {
        if (need == 0) {
            return Optional.empty();
        }
        if (able.size() < need) {
            return Optional.of(
                    "approvals: "
                            + need
                            + " people must agree, only "
                            + able.size()
                            + " may ("
                            + (able.isEmpty() ? "nobody" : String.join(", ", able))
                            + "): it will never go before more keys with the role approver are made,"
                            + " or 'approvals.need' is lowered");
        }
        if (able.equals(Set.of(author))) {
            return Optional.of(
                    "approvals: only "
                            + author
                            + " may approve, and the author alone is not enough: it will never go"
                            + " before somebody else gets a key with the role approver");
        }
        return Optional.empty();
    }
}
