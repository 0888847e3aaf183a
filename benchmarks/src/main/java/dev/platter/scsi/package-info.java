/** Benchmarks of what is not public in the SCSI layer. */
@NullUnmarked
package dev.platter.scsi;

import org.jspecify.annotations.NullUnmarked;
