/** The run beside its ports: what is delivered, told and tried when a port fails. */
@NullMarked
package dev.cutover.run;

import org.jspecify.annotations.NullMarked;
