/**
 * The side of the guest: virtio-scsi and virtio-blk drivers over split rings, in-process or through
 * a vhost-user socket. Shares no code with the device, so that each checks the other.
 */
@NullMarked
package dev.platter.driver;

import org.jspecify.annotations.NullMarked;
