/**
 * The demonstration: a guest, an observer of system calls, and the modes' promises stated apart
 * from the code that keeps them. Knows no command.
 */
@NullMarked
package dev.platter.cli.demo;

import org.jspecify.annotations.NullMarked;
