/**
 * What a VMM or a transport drives: a virtio device, its queues, and the two notifications between
 * them (kick and call). Knows neither how a ring is laid out nor what the device does.
 */
@NullMarked
package dev.platter.api.device;

import org.jspecify.annotations.NullMarked;
