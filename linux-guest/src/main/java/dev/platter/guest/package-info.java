/**
 * A real Linux guest under QEMU: kernel, initramfs, boot, and a channel to run commands in it.
 * Knows nothing of Platter.
 */
@NullMarked
package dev.platter.guest;

import org.jspecify.annotations.NullMarked;
