/**
 * Real servers of this machine in the lab's places: nginx as origins, Unbound as resolvers, each a child
 * process in a folder of its own that ends with the lab.
 *
 * <p>What a server must do is not decided here: the contract suites in the tests hold the lab's own
 * servers and these to the same words. Nothing here may refer to a production package.
 */
@NullMarked
package dev.cutover.lab.peer;

import org.jspecify.annotations.NullMarked;
