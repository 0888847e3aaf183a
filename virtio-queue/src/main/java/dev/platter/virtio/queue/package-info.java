/**
 * Virtqueues from the device's side: descriptor chains out, used elements in, notifications
 * suppressed or not. Knows no device, no transport and no system call.
 */
@NullMarked
package dev.platter.virtio.queue;

import org.jspecify.annotations.NullMarked;
