/**
 * The virtio-scsi device: request, control and event queues around logical units. Knows neither how
 * a ring is transported nor what a SCSI command means.
 */
@NullMarked
package dev.platter.virtio.scsi;

import org.jspecify.annotations.NullMarked;
