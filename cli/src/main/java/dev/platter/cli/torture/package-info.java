/** Crash trials of a user's disk configuration. Knows no command. */
@NullMarked
package dev.platter.cli.torture;

import org.jspecify.annotations.NullMarked;
