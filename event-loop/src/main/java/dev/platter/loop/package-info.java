/**
 * The event loop for owners of queues on any Linux: epoll. Knows no device, no transport and no
 * backend; what watches descriptors in it is told when they are ready, and no more.
 */
@NullMarked
package dev.platter.loop;

import org.jspecify.annotations.NullMarked;
