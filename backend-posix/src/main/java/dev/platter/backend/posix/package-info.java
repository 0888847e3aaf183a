/**
 * The backend of preadv2, pwritev2, fdatasync and fallocate: each request is one or a few blocking
 * system calls, made by the owner of the queue or by threads of the disk. Knows no SCSI and no
 * virtio.
 */
@NullMarked
package dev.platter.backend.posix;

import org.jspecify.annotations.NullMarked;
