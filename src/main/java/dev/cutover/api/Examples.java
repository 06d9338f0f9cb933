package dev.cutover.api;

/// Bodies the API description shows.
final class Examples {
    static final String PREVIEW =
            """
            {"plan": "cutover: acme-relaunch\\nsite: www.acme.example\\n...",
             "files": {"top-pages.csv": "/\\n/shop/\\n"}}""";

    static final String SCHEDULE =
            """
            {"plan": "cutover: acme-relaunch\\nsite: www.acme.example\\n...",
             "files": {"top-pages.csv": "/\\n/shop/\\n"},
             "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}""";

    static final String POSTPONE =
            """
            {"opens": "2026-12-07T02:00", "closes": "2026-12-07T05:00", "zone": "Europe/Berlin",
             "why": "the shop runs a sale"}""";

    static final String WHY =
            """
            {"why": "checkout is slow on the next side"}""";

    static final String PROBLEM =
            """
            {"type": "urn:cutover:problem:plan-refused",
             "title": "The plan may not run against the zone as it is", "status": 409,
             "detail": "nothing was changed; 1 refusal: www.acme.example A: expected [198.51.100.10], seen [198.51.100.99] [FromMismatch]",
             "instance": "/api/v1/cutovers",
             "refusals": [{"code": "FromMismatch", "subject": "www.acme.example A",
                           "message": "expected [198.51.100.10], seen [198.51.100.99]"}]}""";

    private Examples() {}
}
