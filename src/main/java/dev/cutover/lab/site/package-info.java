/**
 * The lab's website: its pages, two origins, the edge in front of them, and visitors.
 *
 * <p>Origins and edge speak real TLS with certificates of the lab's own authority. What the edge
 * forwards where comes from the lab's Cloudflare account only; faults are methods. Nothing here
 * knows what a cutover is.
 */
@NullMarked
package dev.cutover.lab.site;

import org.jspecify.annotations.NullMarked;
