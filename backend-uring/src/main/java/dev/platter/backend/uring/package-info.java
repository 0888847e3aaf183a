/**
 * The io_uring backend. It is not built yet: the module offers no provider, so discovery does not
 * find it.
 */
@NullMarked
package dev.platter.backend.uring;

import org.jspecify.annotations.NullMarked;
