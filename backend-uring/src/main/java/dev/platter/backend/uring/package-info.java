/**
 * The io_uring backend: requests go to the kernel through raw rings, each owned by the thread that
 * owns its queue. Knows no SCSI and no virtio.
 */
@NullMarked
package dev.platter.backend.uring;

import org.jspecify.annotations.NullMarked;
