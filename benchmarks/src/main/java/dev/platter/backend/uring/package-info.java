/** Benchmarks of what is not public in the io_uring backend. */
@NullUnmarked
package dev.platter.backend.uring;

import org.jspecify.annotations.NullUnmarked;
