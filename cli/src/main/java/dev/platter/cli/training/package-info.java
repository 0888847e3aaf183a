/**
 * The guest's part in the training run from which the command's start-up cache is made ({@code
 * scripts/make-start-cache}). Runs in a JVM of its own, so that the cache holds the server and not
 * the guest.
 */
@NullMarked
package dev.platter.cli.training;

import org.jspecify.annotations.NullMarked;
