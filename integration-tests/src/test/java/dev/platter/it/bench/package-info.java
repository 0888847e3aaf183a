/** The bench against the servers it measures. */
@NullMarked
package dev.platter.it.bench;

import org.jspecify.annotations.NullMarked;
