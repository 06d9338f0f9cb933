package dev.cutover.wiring;

import dev.cutover.cli.GivenUpException;
import dev.cutover.cli.RestoreCommand;
import dev.cutover.cloudflare.CloudflareApi;
import dev.cutover.cloudflare.CloudflareZone;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.image.Restoration;
import dev.cutover.json.BeforeImageJson;
import dev.cutover.json.UnreadableJsonException;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.port.CallLog;
import dev.cutover.port.PortException;
import dev.cutover.run.Restore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Restores from a before-image without platform, controller or database. The token is the one the image
 * refers to: whoever runs this vouches for it.
 */
final class RestoreFromFile implements RestoreCommand.Restorer {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)}");

    @Override
    public RestoreCommand.Outcome restore(Path file, boolean dryRun) {
        BeforeImage image = read(file);
        Outside outside = Outside.early(Serve::early);
        Matcher name = REFERENCE.matcher(image.token());
        if (!name.matches() || System.getenv(name.group(1)) == null) {
            throw new GivenUpException(
                    2,
                    List.of(
                            "the image's token is "
                                    + image.token()
                                    + ": set that variable to a token that may edit "
                                    + image.zone()
                                    + ", then run this again; nothing was written"));
        }
        Vertx vertx = Vertx.vertx();
        try (PinnedHttp http =
                new PinnedHttp(
                        vertx,
                        Trust.withExtra(outside.trustFile()),
                        EgressPolicy.opening(outside.egress()))) {
            Secrets secrets =
                    new Secrets(Set.of(name.group(1)), outside.secretDirectory(), System::getenv);
            CloudflareApi api =
                    new CloudflareApi(
                            outside.cloudflare(), http, secrets, CallLog.NONE, new SystemTime());
            Restore restore = new Restore(new CloudflareZone(api));
            return dryRun ? preview(restore, image) : done(restore.restore(image));
        } catch (PortException e) {
            throw new GivenUpException(3, List.of(String.valueOf(e.getMessage())));
        } finally {
            vertx.close();
        }
    }

    private static BeforeImage read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return BeforeImageJson.read(in);
        } catch (UnreadableJsonException e) {
            throw new GivenUpException(2, List.of(file + " is no before-image: " + e.getMessage()));
        } catch (IOException e) {
            throw new GivenUpException(2, List.of(file + " could not be read: " + e.getMessage()));
        }
    }

    private static RestoreCommand.Outcome preview(Restore restore, BeforeImage image) {
        Restoration way = restore.preview(image);
        List<String> lines = new ArrayList<>();
        lines.add(
                "before-image of "
                        + image.cutover()
                        + ", zone "
                        + image.zone()
                        + ", taken at "
                        + image.takenAt());
        way.writes().forEach(w -> lines.add("  " + words(w)));
        way.kept().forEach(k -> lines.add("  kept, somebody else's: " + k));
        lines.add(
                way.isDone()
                        ? "every planned record is as it was; nothing to write"
                        : way.writes().size() + " records to write");
        return new RestoreCommand.Outcome(0, way.writes().size(), lines);
    }

    private static RestoreCommand.Outcome done(Restore.Restored restored) {
        List<String> lines = new ArrayList<>();
        lines.add(restored.written() + " records written and read back");
        restored.kept().forEach(k -> lines.add("  kept, somebody else's: " + k));
        return new RestoreCommand.Outcome(0, restored.written(), lines);
    }

    private static String words(RecordWrite write) {
        return switch (write) {
            case RecordWrite.Patch p ->
                    "set "
                            + p.seen().key()
                            + " from "
                            + p.seen().content()
                            + " (TTL "
                            + p.seen().ttlSeconds()
                            + ") to "
                            + p.target().content()
                            + " (TTL "
                            + p.target().ttlSeconds()
                            + ")";
            case RecordWrite.Create c -> "make " + c.target().key() + " " + c.target().content();
            case RecordWrite.Delete d -> "remove " + d.seen().key() + " " + d.seen().content();
        };
    }
}
