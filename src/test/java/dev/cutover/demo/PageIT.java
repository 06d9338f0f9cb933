package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.cli.DemoLab;
import dev.cutover.cli.DemoPlay;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.Scenario;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebDriverException;

/** Somebody on call watches a cutover in a real browser, holds it, lets it go on and brings it back. */
class PageIT {
    private static final String ID = "acme-relaunch-1";
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration LATER = Duration.ofMinutes(6);

    /** It soaks until somebody brings it back, however long that takes. */
    private final DemoPlan plan =
            new DemoPlan(Duration.ofSeconds(8), Duration.ofMinutes(30), Duration.ofMinutes(10));

    @Test
    void a_cutover_is_watched_held_resumed_and_brought_back_in_a_browser() throws Exception {
        try (Browser browser = Browser.start();
                DemoLab lab = new DemoLab(CallTap.NONE, Map.of())) {
            lab.startEngine(Scenario.HAPPY.engineFault());
            lab.startController();
            lab.world().liven();
            lab.awaitController();
            CompletableFuture<DemoPlay.Ended> demo = CompletableFuture.supplyAsync(() -> play(lab));
            try {
                use(browser, lab);
            } catch (AssertionError | WebDriverException e) {
                throw new AssertionError(
                        e.getMessage() + "\nthe demo: " + demo + "\n" + lab.lastWords(), e);
            }
            assertThat(ended(demo).phase()).isEqualTo("FellBack(fallback)");
            assertThat(browser.complaints().stream().filter(c -> !isExpected(c)).toList())
                    .isEmpty();
            lab.leaveNothing();
        }
    }

    private static void use(Browser browser, DemoLab lab) throws Exception {
        signIn(browser, lab);
        watch(browser);
        holdByKeyboard(browser);
        resume(browser);
        loseTheConnection(browser);
        fallBack(browser);
    }

    /** The key that was wrong, and the network that was cut. */
    private static boolean isExpected(String complaint) {
        return complaint.contains("net::ERR_INTERNET_DISCONNECTED")
                || complaint.contains(
                        "/sign-in - Failed to load resource: the server responded with a status of 401");
    }

    private static void signIn(Browser browser, DemoLab lab) throws Exception {
        browser.open(lab.page());
        browser.size(Browser.PHONE);
        assertThat(browser.driver().getTitle()).startsWith("Sign in");
        browser.assertFits();
        browser.picture("sign-in-360");
        browser.size(Browser.DESK);
        browser.picture("sign-in-1280");
        browser.find("#key").sendKeys("not-a-key" + Keys.ENTER);
        browser.await(".box.alarm", SOON, text -> text.contains("Not signed in"));

        browser.open(lab.signInLink());
        browser.await("h1", SOON, text -> text.equals("Cutovers"));
        assertThat(browser.driver().getCurrentUrl()).isEqualTo(lab.page().toString());
        var cookie =
                Objects.requireNonNull(browser.driver().manage().getCookieNamed("cutover_session"));
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getSameSite()).isEqualTo("Strict");
        assertThat(browser.driver().executeScript("return document.cookie")).isEqualTo("");
    }

    private static void watch(Browser browser) throws Exception {
        browser.await("#part-live .chip", LATER, text -> !text.isEmpty());
        report(browser, "board");
        both(browser, "board");
        browser.click("#part-live h3 a, #part-alarms h3 a");
        browser.await("#part-state .chip", SOON, text -> !text.isEmpty());
        report(browser, "one cutover, early");
        both(browser, "early");
        browser.await("#part-state .chip", LATER, text -> text.contains("Switching"));
        both(browser, "switching");
        browser.await("#part-state .chip", LATER, text -> text.contains("Soaking"));
        browser.await("#part-resolvers", LATER, text -> text.contains("resolvers show"));
    }

    /** Tabulator, Enter and letters only. */
    private static void holdByKeyboard(Browser browser) throws Exception {
        browser.driver().executeScript("document.activeElement.blur()");
        browser.press(Keys.TAB);
        browser.tabTo(".skip");
        browser.press(Keys.ENTER);
        browser.tabTo("#act-hold > summary");
        browser.press(Keys.ENTER);
        browser.tabTo("#confirm-hold");
        browser.press("acme", Keys.ENTER);
        browser.await("#part-state .chip", SOON, text -> text.contains("Soaking"));
        browser.size(Browser.PHONE);
        browser.screen("hold-form-360");
        browser.size(Browser.DESK);
        browser.press(Keys.chord(Keys.CONTROL, "a"), ID, Keys.ENTER);
        browser.await(".box.good", SOON, text -> text.contains("Hold was accepted"));
        browser.await("#part-state .chip", SOON, text -> text.contains("Held"));
        both(browser, "held");
        browser.click(".crumb a");
        browser.await("#part-alarms .chip", SOON, text -> text.contains("Held"));
        both(browser, "board-held");
        browser.click("#part-alarms h3 a");
        browser.await("#part-state .chip", SOON, text -> text.contains("Held"));
    }

    private static void resume(Browser browser) {
        browser.unfold("#act-resume");
        browser.click("#act-resume button");
        browser.await(".box.good", SOON, text -> text.contains("Resume was accepted"));
        browser.await("#part-state .chip", SOON, text -> text.contains("Soaking"));
    }

    private static void loseTheConnection(Browser browser) throws Exception {
        browser.offline(true);
        browser.await("#stale", SOON, text -> text.contains("Last heard"));
        browser.size(Browser.PHONE);
        browser.assertFits();
        browser.screen("stale-360");
        browser.size(Browser.DESK);
        browser.offline(false);
        browser.await("body:not(.is-stale) #heard", SOON, text -> text.contains("Last heard"));
    }

    private static void fallBack(Browser browser) throws Exception {
        browser.unfold("#act-abort");
        browser.find("#why-abort").sendKeys("the shop's basket is empty <script>alert(1)</script>");
        browser.find("#confirm-abort").sendKeys(ID);
        browser.size(Browser.PHONE);
        browser.screen("fall-back-form-360");
        browser.size(Browser.DESK);
        browser.click("#act-abort button");
        browser.await(".box.good", SOON, text -> text.contains("Fall back was accepted"));
        browser.await("#part-state .chip", SOON, text -> text.contains("FallingBack"));
        browser.await("#part-journal", SOON, text -> text.contains("<script>alert(1)</script>"));
        both(browser, "falling-back");
        browser.await("#part-state .chip", LATER, text -> text.contains("FellBack"));
        both(browser, "fell-back");
    }

    private static void both(Browser browser, String name) throws Exception {
        browser.size(Browser.PHONE);
        browser.assertFits();
        browser.screen(name + "-360-top");
        browser.picture(name + "-360");
        browser.size(Browser.DESK);
        browser.assertFits();
        browser.picture(name + "-1280");
        browser.scheme("dark");
        browser.picture(name + "-1280-dark");
        browser.scheme("light");
    }

    private static void report(Browser browser, String what) {
        long bytes = browser.transferredBytes();
        System.out.println("page: " + what + ": " + bytes / 1024 + " KB");
        assertThat(bytes).isLessThanOrEqualTo(150 * 1024);
    }

    private DemoPlay.Ended play(DemoLab lab) {
        try {
            return new DemoPlay(
                            lab,
                            Scenario.HAPPY,
                            plan,
                            Duration.ofMinutes(12),
                            status -> {},
                            line -> System.out.println("page: " + line))
                    .play();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static DemoPlay.Ended ended(CompletableFuture<DemoPlay.Ended> demo)
            throws InterruptedException, ExecutionException, TimeoutException {
        return demo.get(6, TimeUnit.MINUTES);
    }
}
