/** Tests of the lab's website: content, certificates, origins, edge and visitors. */
@NullMarked
package dev.cutover.lab.site;

import org.jspecify.annotations.NullMarked;
