package dev.cutover.core.plan;

import java.util.Map;

/** What a person does about a refusal, by its code. */
final class Remedies {
    private static final Map<String, String> BY_CODE =
            Map.ofEntries(
                    Map.entry(
                            "ProtectedType",
                            "take the set out of 'records'; change it by hand, before or after"),
                    Map.entry(
                            "OutsideZone",
                            "correct the name or 'zone.name'; a second zone needs a plan of its"
                                    + " own"),
                    Map.entry("TargetEqualsCurrent", "remove the set, or correct its 'to'"),
                    Map.entry("DuplicateSet", "merge the two entries into one"),
                    Map.entry(
                            "FromMismatch",
                            "look who changed it; then put the zone right, or write what it has"
                                    + " into 'from'"),
                    Map.entry(
                            "RecordNotInZone",
                            "correct the name or type, or leave 'from' empty to make the record"),
                    Map.entry(
                            "Overlap",
                            "wait for that cutover's end or abort it ('cutover list'), or leave the"
                                    + " name out"),
                    Map.entry(
                            "SiblingLeftBehind",
                            "add the set to 'records' with its own 'from' and 'to', or an empty"
                                    + " 'to' to remove it"),
                    Map.entry("EmptiesName", "name an A, AAAA or CNAME as 'to' for this name"),
                    Map.entry("SplitName", "give all sets of the name the same 'step'"),
                    Map.entry(
                            "CnameBesideOthers",
                            "use one CNAME, and plan an empty 'to' for every other set of the name"),
                    Map.entry(
                            "NotCovered",
                            "add the name's A, AAAA or CNAME to 'records', or take it out of 'site'"
                                    + " or 'checks.tls-names'"),
                    Map.entry(
                            "DependentNotAcknowledged",
                            "check that it works with the new value, then list its name under"
                                    + " 'acknowledge'"),
                    Map.entry(
                            "ZoneShare",
                            "split the plan, or raise 'limits.zone-share' if so much is meant"),
                    Map.entry(
                            "CannotWriteRecords",
                            "give the token the permission Zone DNS Edit for this zone"),
                    Map.entry(
                            "CannotUpdate",
                            "let the key update every planned set (BIND: update-policy or"
                                    + " allow-update; Knot: an acl with action update)"),
                    Map.entry("CannotBeOneUpdate", "plan what stands beside it too"),
                    Map.entry("MessageTooLarge", "spread the sets over more steps"),
                    Map.entry("TtlZero", "give the set a TTL of 1 or more first"),
                    Map.entry(
                            "CannotPurge",
                            "give the token the permission Zone Cache Purge, or say 'edge.purge:"
                                    + " nothing'"),
                    Map.entry(
                            "CannotWriteEdge",
                            "give the token the permission it needs (Zone Settings Edit, Cache Rules"
                                    + " Edit, Load Balancing: Monitors and Pools Edit), or leave the"
                                    + " part out of 'edge' or 'origins'"),
                    Map.entry(
                            "CannotReadStatistics",
                            "give the token the permission Zone Analytics Read, or watch probes"
                                    + " alone"),
                    Map.entry("TokenNotActive", "make a new token and put it in its variable"),
                    Map.entry("TokenExpires", "make a token that lives longer"),
                    Map.entry("ZonePaused", "resume the zone, or plan its records as not proxied"),
                    Map.entry("ZoneFull", "remove records that nobody needs first"),
                    Map.entry("NoEdge", "remove 'proxied' and 'mark'"),
                    Map.entry(
                            "MarkedByAnother",
                            "ask who runs that cutover and wait for its end, or take the words"
                                    + " 'cutover:...' out of the note"),
                    Map.entry(
                            "NotProxied",
                            "proxy its records first, or move them under 'records' instead"),
                    Map.entry("MovedTwice", "keep one entry, under 'records' or 'origin-rules'"),
                    Map.entry(
                            "OriginHostMissing",
                            "add a DNS-only A or AAAA of that name with the origin's address, or"
                                    + " correct 'to.host'"),
                    Map.entry(
                            "OriginHostProxied",
                            "name a DNS-only host of the same origin in 'to.host'"),
                    Map.entry(
                            "OriginHostMoves",
                            "name a host in 'to.host' whose records stay as they are"),
                    Map.entry(
                            "RuleBeside",
                            "ask whose rule that is; have it leave the name out, or move the name by"
                                    + " changing that rule"),
                    Map.entry(
                            "RuleNotOffered",
                            "move the name's record under 'records', its pool under 'origins', or"
                                    + " name a 'port' alone"),
                    Map.entry(
                            "RuleShadows",
                            "move the name under 'origin-rules' instead, or remove that rule first"),
                    Map.entry("RulesFull", "remove rules that nobody needs first"),
                    Map.entry("TtlTooShort", "raise 'ttl.lower-to'"),
                    Map.entry(
                            "LoadBalancerShadows",
                            "move the pools behind it instead of the record, or disable it first"),
                    Map.entry("Drift", "run 'cutover plan' again and look at what changed"));

    private Remedies() {}

    /** Empty when the refusal's own message says all there is to say. */
    static String of(String code) {
        return BY_CODE.getOrDefault(code, "");
    }
}
