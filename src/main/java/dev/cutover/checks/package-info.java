/**
 * Looks at a site from outside: pages, certificates, robots.txt, and which side answers.
 *
 * <p>Every look is HTTPS with the real host name, at the address that visitors get or at one that is
 * pinned before anybody is routed there. What is wrong is said of the page or name it is wrong with;
 * only when nothing could be asked at all is there an exception. What it means is judged elsewhere.
 */
@NullMarked
package dev.cutover.checks;

import org.jspecify.annotations.NullMarked;
