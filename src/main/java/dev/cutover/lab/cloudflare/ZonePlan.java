package dev.cutover.lab.cloudflare;

/**
 * What a zone's subscription allows.
 *
 * <p>Source: Cloudflare plan limits as of 2026 (batch operations, records per zone, comment and tag
 * limits, purge rates, rules per phase, minimum TTL).
 */
public enum ZonePlan {
    FREE("free", "Free Website", 200, 200, 100, 0, 60, 5, 60, 25, 800, 100, 10),
    /** Free, and added before September 2024, when such zones could hold more records. */
    OLD_FREE("free", "Free Website", 200, 1_000, 100, 0, 60, 5, 60, 25, 800, 100, 10),
    PRO("pro", "Pro Website", 3_500, 3_500, 500, 20, 60, 5, 1, 25, 1_500, 100, 25),
    BUSINESS("business", "Business Website", 3_500, 3_500, 500, 20, 60, 10, 1, 50, 1_500, 100, 50),
    ENTERPRISE(
            "enterprise",
            "Enterprise Website",
            3_500,
            3_500,
            500,
            20,
            30,
            50,
            1,
            500,
            3_000,
            500,
            300);

    private final String legacyId;
    private final String title;
    private final int batchLimit;
    private final int recordLimit;
    private final int commentLimit;
    private final int tagLimit;
    private final int minimumTtlSeconds;
    private final int purges;
    private final int purgeWindowSeconds;
    private final int purgeBucket;
    private final int purgedUrls;
    private final int purgedItems;
    private final int ruleLimit;

    ZonePlan(
            String legacyId,
            String title,
            int batchLimit,
            int recordLimit,
            int commentLimit,
            int tagLimit,
            int minimumTtlSeconds,
            int purges,
            int purgeWindowSeconds,
            int purgeBucket,
            int purgedUrls,
            int purgedItems,
            int ruleLimit) {
        this.legacyId = legacyId;
        this.title = title;
        this.batchLimit = batchLimit;
        this.recordLimit = recordLimit;
        this.commentLimit = commentLimit;
        this.tagLimit = tagLimit;
        this.minimumTtlSeconds = minimumTtlSeconds;
        this.purges = purges;
        this.purgeWindowSeconds = purgeWindowSeconds;
        this.purgeBucket = purgeBucket;
        this.purgedUrls = purgedUrls;
        this.purgedItems = purgedItems;
        this.ruleLimit = ruleLimit;
    }

    /** The word by which the API tells subscriptions apart. */
    public String legacyId() {
        return legacyId;
    }

    /** The name the API shows. */
    public String title() {
        return title;
    }

    /** How many operations one batch may hold, all four lists together. */
    public int batchLimit() {
        return batchLimit;
    }

    /** How many records the zone may hold. */
    public int recordLimit() {
        return recordLimit;
    }

    /** The longest comment in characters. */
    public int commentLimit() {
        return commentLimit;
    }

    /** How many tags a record may carry; 0 means the plan has no tags. */
    public int tagLimit() {
        return tagLimit;
    }

    /** The smallest TTL that is not "automatic". */
    public int minimumTtlSeconds() {
        return minimumTtlSeconds;
    }

    /** How many purges by host or of everything fit into {@link #purgeWindowSeconds}. */
    public int purges() {
        return purges;
    }

    /** The length of the purge window. */
    public int purgeWindowSeconds() {
        return purgeWindowSeconds;
    }

    /** How many purges by host or of everything may come at once. */
    public int purgeBucket() {
        return purgeBucket;
    }

    /** How many addresses may be purged in a second. */
    public int purgedUrls() {
        return purgedUrls;
    }

    /** How many hosts or addresses one purge may name. */
    public int purgedItems() {
        return purgedItems;
    }

    /** How many rules a phase may hold. */
    public int ruleLimit() {
        return ruleLimit;
    }
}
