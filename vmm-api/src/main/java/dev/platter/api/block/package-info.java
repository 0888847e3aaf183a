/**
 * The SPI that a block backend implements and a device drives: a thread-safe control plane ({@link
 * dev.platter.api.block.BlockBackend}) and a data plane with one owner thread ({@link
 * dev.platter.api.block.BlockQueue}). Knows neither SCSI nor virtio nor any host system call.
 */
@NullMarked
package dev.platter.api.block;

import org.jspecify.annotations.NullMarked;
