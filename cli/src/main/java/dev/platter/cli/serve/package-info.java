/**
 * Disks behind a socket: the options of {@code --disk}, opening and undoing, and the wiring of
 * backends, logical units, device and transport. Knows no command.
 */
@NullMarked
package dev.platter.cli.serve;

import org.jspecify.annotations.NullMarked;
