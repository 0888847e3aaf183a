/**
 * Measures servers side by side: Platter, its peers and the bare file, in alternating rounds on one
 * image. Everything measured is a process of its own; the load comes from {@code virtio-driver}.
 */
@NullMarked
package dev.platter.cli.bench;

import org.jspecify.annotations.NullMarked;
