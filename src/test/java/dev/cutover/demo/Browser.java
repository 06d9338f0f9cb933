package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.peer.Peers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.SessionNotCreatedException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The system's Chromium, as somebody on call uses it. */
final class Browser implements AutoCloseable {
    static final Dimension DESK = new Dimension(1280, 900);
    static final Dimension PHONE = new Dimension(360, 740);

    private static final int STARTS = 3;

    /** For what the page does within a moment on a quiet machine. */
    private static final Duration SOON = Duration.ofMinutes(1);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts it, or ends the test where there is none. */
    static Browser start() {
        Path chromium = Peers.need(Peers.program("chromium"), "Chromium", "chromium");
        Path chromedriver =
                Peers.need(Peers.program("chromedriver"), "ChromeDriver", "chromium-driver");
        // Selenium would look for drivers of its own elsewhere.
        System.setProperty("webdriver.chrome.driver", chromedriver.toString());
        System.setProperty("SE_OFFLINE", "true");
        System.setProperty("SE_AVOID_STATS", "true");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--hide-scrollbars");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        for (int i = 1; ; i++) {
            ChromeDriverService service =
                    new ChromeDriverService.Builder()
                            .usingDriverExecutable(chromedriver.toFile())
                            .withTimeout(Duration.ofMinutes(1))
                            .build();
            try {
                return new Browser(new ChromeDriver(service, options));
            } catch (SessionNotCreatedException e) {
                // Chromium gives up when a busy machine lets it wait; that says nothing about our
                // pages.
                service.stop();
                if (i == STARTS) {
                    throw e;
                }
                System.out.println("browser: not started, once more: " + e.getMessage());
            }
        }
    }

    ChromeDriver driver() {
        return driver;
    }

    void open(URI page) {
        driver.get(page.toString());
    }

    /** Sets the size of the page itself; windows cannot be as narrow as a phone. */
    void size(Dimension size) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                java.util.Map.of(
                        "width",
                        size.getWidth(),
                        "height",
                        size.getHeight(),
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        false));
    }

    /** Emulates a colour scheme, {@code light} or {@code dark}. */
    void scheme(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                java.util.Map.of(
                        "features",
                        List.of(
                                java.util.Map.of(
                                        "name", "prefers-color-scheme", "value", scheme))));
    }

    /** Cuts the browser's network, or gives it back. */
    void offline(boolean off) {
        driver.executeCdpCommand("Network.enable", java.util.Map.of());
        driver.executeCdpCommand(
                "Network.emulateNetworkConditions",
                java.util.Map.of(
                        "offline", off,
                        "latency", 0,
                        "downloadThroughput", -1,
                        "uploadThroughput", -1));
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    void press(CharSequence... keys) {
        onceItStands(() -> driver.switchTo().activeElement().sendKeys(keys));
    }

    /** Clicks on something, which the page may just be replacing. */
    void click(String css) {
        onceItStands(() -> find(css).click());
    }

    /** Opens the form behind a summary. */
    void unfold(String details) {
        onceItStands(
                () -> {
                    if (driver.findElements(By.cssSelector(details + "[open]")).isEmpty()) {
                        find(details + " > summary").click();
                        find(details + "[open]");
                    }
                });
    }

    private static void onceItStands(Runnable touch) {
        long until = System.nanoTime() + SOON.toNanos();
        while (true) {
            try {
                touch.run();
                return;
            } catch (StaleElementReferenceException
                    | NoSuchElementException
                    | ElementNotInteractableException e) {
                if (System.nanoTime() - until > 0) {
                    throw e;
                }
            }
            pause();
        }
    }

    /** Walks with the tabulator until this is focused. */
    void tabTo(String css) {
        for (int i = 0; i < 200; i++) {
            if (Boolean.TRUE.equals(
                    driver.executeScript(
                            "return document.activeElement.matches(arguments[0])", css))) {
                return;
            }
            press(Keys.TAB);
        }
        throw new AssertionError("the tabulator never came to " + css);
    }

    /** Waits until a part of the page says what is wanted. */
    String await(String css, Duration limit, Predicate<String> wanted) {
        long until = System.nanoTime() + limit.toNanos();
        while (true) {
            String seen = "it is not there";
            try {
                List<WebElement> found = driver.findElements(By.cssSelector(css));
                if (!found.isEmpty()) {
                    seen = found.getFirst().getText();
                    if (wanted.test(seen)) {
                        return seen;
                    }
                }
            } catch (StaleElementReferenceException replaced) {
                seen = "it was being replaced";
            }
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("waited for " + css + ", which says: " + seen);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(100));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Nothing is wider than the screen. */
    void assertFits() {
        long wide = number("return document.documentElement.scrollWidth");
        long room = number("return document.documentElement.clientWidth");
        assertThat(wide).as("width of %s", driver.getCurrentUrl()).isLessThanOrEqualTo(room);
    }

    /** Bytes that came over the network for this page, by its own account. */
    long transferredBytes() {
        return number(
                """
                return performance.getEntriesByType('navigation')
                    .concat(performance.getEntriesByType('resource'))
                    .filter(e => e.initiatorType !== 'fetch' && e.initiatorType !== 'other')
                    .reduce((sum, e) => sum + e.encodedBodySize + 500, 0)""");
    }

    private long number(String script) {
        return ((Number) Objects.requireNonNull(driver.executeScript(script))).longValue();
    }

    /** All the browser calls wrong: policy, scripts, missing files. What it merely advises differs by version. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(entry -> entry.getMessage())
                .toList();
    }

    /** The whole page as a picture, below {@code target/screens}. */
    void picture(String name) throws IOException {
        int height =
                (int) number("return Math.max(document.documentElement.scrollHeight, innerHeight)");
        int width = (int) number("return innerWidth");
        int before = (int) number("return innerHeight");
        size(new Dimension(width, Math.min(6000, height)));
        screen(name);
        size(new Dimension(width, before));
    }

    /** What fits the screen, as a picture. */
    void screen(String name) throws IOException {
        Path file = Path.of("target", "screens", name + ".png");
        Files.createDirectories(file.getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
