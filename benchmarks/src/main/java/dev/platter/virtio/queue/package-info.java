/** Benchmarks of the device's side of the rings. */
@NullUnmarked
package dev.platter.virtio.queue;

import org.jspecify.annotations.NullUnmarked;
