/**
 * The {@code platter} command: options, configuration, logging, and the wiring of backends, logical
 * units and transport. The only package that knows them all.
 */
@NullMarked
package dev.platter.cli;

import org.jspecify.annotations.NullMarked;
