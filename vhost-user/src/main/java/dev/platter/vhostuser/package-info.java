/**
 * The vhost-user back-end: the socket, its messages and descriptors, sessions, and the threads that
 * own the queues. Knows no SCSI and no block backend; drives any {@code VirtioDevice}.
 */
@NullMarked
package dev.platter.vhostuser;

import org.jspecify.annotations.NullMarked;
