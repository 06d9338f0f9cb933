package dev.cutover.lab.site;

/**
 * One side's web server as a scenario sees it, the lab's own or a real one: what can be done to it while
 * it serves. Each takes effect for the next request.
 */
public interface WebServer extends AutoCloseable {

    /**
     * Answers every request for the site with this status.
     *
     * @param status one of 500, 502, 503, 504
     */
    void failing(int status);

    /** While true robots.txt shuts every crawler out. */
    void robotsBlocked(boolean blocked);

    /** While true every answer carries {@code X-Robots-Tag: noindex}. */
    void noindex(boolean told);

    /** While true orders are refused with 503; pages are served all the same. */
    void readOnly(boolean fenced);

    /** Ends failures and what was told to crawlers; stays read-only when it was. */
    void repair();

    @Override
    void close();
}
