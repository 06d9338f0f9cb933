package dev.cutover.lab.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Writes the lab's website into a folder: a start page, 100 landing pages, robots.txt, a sitemap,
 * an admin corner, an API answer and a list of redirects. The same input writes the same bytes.
 *
 * <p>HTML holds the mark {@code {{origin}}}, which an {@link Origin} replaces by its own name when
 * it serves the page; so the files of two sides can be equal while their answers tell them apart.
 *
 * @param base the public address every canonical link and the sitemap use, without a path
 * @param release a word for this state of the content, shown in each page
 * @param blemish what is wrong with the content
 */
public record SiteContent(URI base, String release, Blemish blemish) {

    /** How many landing pages the site has. */
    public static final int LANDING_PAGES = 100;

    private static final List<String> THINGS =
            List.of(
                    "tables", "chairs", "lamps", "shelves", "desks", "beds", "mirrors", "rugs",
                    "benches", "stools");
    private static final List<String> STUFF =
            List.of(
                    "oak", "walnut", "ash", "linen", "brass", "cork", "wool", "steel", "birch",
                    "marble");

    /** One fault that whoever prepared the content left in it. */
    public enum Blemish {
        /** Nothing is wrong. */
        NONE,
        /** Every landing page says {@code noindex}. */
        NOINDEX_LEFT,
        /** robots.txt shuts every crawler out. */
        ROBOTS_BLOCKED,
        /** Ten landing pages are missing, though the sitemap names them. */
        PAGES_MISSING,
        /** Canonical links point at the staging host. */
        CANONICAL_STAGING
    }

    /** Content without a fault. */
    public static SiteContent good(URI base, String release) {
        return new SiteContent(base, release, Blemish.NONE);
    }

    /** The paths of the landing pages in order, each starting with {@code /}. */
    public static List<String> landingPages() {
        return IntStream.range(0, LANDING_PAGES).mapToObj(SiteContent::landingPath).toList();
    }

    /** Old path to new path, both starting with {@code /}; all answered 301. */
    public static Map<String, String> redirects() {
        var redirects = new LinkedHashMap<String, String>();
        for (var i = 0; i < 20; i++) {
            redirects.put("/old/article-%d.php".formatted(i + 1), landingPath(i));
        }
        return redirects;
    }

    /** Writes all files; the folder is created, files of the same name are replaced. */
    public void writeTo(Path folder) {
        try {
            for (var file : files().entrySet()) {
                var path = folder.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the lab's site to " + folder, e);
        }
    }

    private Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        files.put("index.html", page("/", "Acme furniture", "Everything for small rooms.", 0));
        for (var i = 0; i < LANDING_PAGES; i++) {
            if (blemish == Blemish.PAGES_MISSING && i % 10 == 3) {
                continue;
            }
            var path = landingPath(i);
            files.put(path.substring(1), page(path, title(i), text(i), i));
        }
        files.put("about.html", page("/about.html", "About Acme", "Joiners since 1911.", 1));
        files.put("admin/index.html", page("/admin/", "Acme back office", "Please log in.", 2));
        files.put("admin/login.html", page("/admin/login.html", "Log in", "Name, password.", 3));
        files.put("api/stock.json", "{\"release\":\"%s\",\"items\":42}\n".formatted(release));
        files.put("assets/site.css", "body { font: 16px/1.5 serif; margin: 2rem }\n");
        files.put("robots.txt", robots());
        files.put("sitemap.xml", sitemap());
        var rows = new StringBuilder("from,to,status\n");
        redirects().forEach((from, to) -> rows.append("%s,%s,301\n".formatted(from, to)));
        files.put("redirects.csv", rows.toString());
        return files;
    }

    private String robots() {
        var rule = blemish == Blemish.ROBOTS_BLOCKED ? "Disallow: /" : "Disallow: /admin/";
        return "User-agent: *\n%s\n\nSitemap: %s/sitemap.xml\n".formatted(rule, base);
    }

    private String sitemap() {
        var urls = new StringBuilder();
        urls.append("  <url><loc>").append(base).append("/</loc></url>\n");
        for (var path : landingPages()) {
            urls.append("  <url><loc>").append(base).append(path).append("</loc></url>\n");
        }
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        %s</urlset>
        """
                .formatted(urls);
    }

    private String page(String path, String title, String text, int number) {
        var home =
                blemish == Blemish.CANONICAL_STAGING
                        ? base.toString().replace("://www.", "://staging.")
                        : base.toString();
        var landing = path.startsWith("/pages/");
        var robots =
                landing && blemish == Blemish.NOINDEX_LEFT ? "noindex, nofollow" : "index, follow";
        var links = new StringBuilder();
        for (var step = 1; step <= 5; step++) {
            var other = (number * 7 + step * 13) % LANDING_PAGES;
            if (!landingPath(other).equals(path)) {
                links.append(
                        "      <li><a href=\"%s\">%s</a></li>\n"
                                .formatted(landingPath(other), title(other)));
            }
        }
        return """
        <!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8">
            <title>%1$s</title>
            <meta name="description" content="%2$s">
            <meta name="robots" content="%3$s">
            <meta name="x-origin" content="{{origin}}">
            <meta name="x-release" content="%4$s">
            <link rel="canonical" href="%5$s%6$s">
            <link rel="stylesheet" href="/assets/site.css">
          </head>
          <body>
            <h1>%1$s</h1>
            <p>%2$s</p>
            <ul>
        %7$s    </ul>
          </body>
        </html>
        """
                .formatted(title, text, robots, release, home, path, links);
    }

    private static String landingPath(int number) {
        return "/pages/%s-%s.html".formatted(STUFF.get(number / 10), THINGS.get(number % 10));
    }

    private static String title(int number) {
        var stuff = STUFF.get(number / 10);
        return "%s%s %s - Acme"
                .formatted(
                        Character.toUpperCase(stuff.charAt(0)),
                        stuff.substring(1),
                        THINGS.get(number % 10));
    }

    private static String text(int number) {
        return "Our %s %s, number %d of a hundred, made to order in three weeks."
                .formatted(STUFF.get(number / 10), THINGS.get(number % 10), number + 1);
    }
}
