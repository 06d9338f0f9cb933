/** Tests of the lab's Cloudflare, among them its proof against the vendor's OpenAPI file. */
@NullMarked
package dev.cutover.lab.cloudflare;

import org.jspecify.annotations.NullMarked;
