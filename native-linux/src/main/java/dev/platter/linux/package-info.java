/**
 * Every Linux system call Platter makes, with its constants, structures and error numbers. The only
 * package that calls restricted methods. Knows no backend, no virtio and no SCSI.
 */
@NullMarked
package dev.platter.linux;

import org.jspecify.annotations.NullMarked;
