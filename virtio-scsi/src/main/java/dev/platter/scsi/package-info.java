/**
 * The SCSI logical unit: commands, sense, mode and inquiry pages, and the cache policy that turns a
 * command into durable or volatile requests. Knows no virtio, no transport and no system call.
 */
@NullMarked
package dev.platter.scsi;

import org.jspecify.annotations.NullMarked;
