/**
 * A file system that forgets: FUSE straight on {@code /dev/fuse}, its files kept in memory as a
 * disk with a volatile cache keeps them, with a power cut at any operation, faults, and an exact
 * record of what was asked. Knows no backend and no durability model.
 */
@NullMarked
package dev.platter.conformance.crashfs;

import org.jspecify.annotations.NullMarked;
