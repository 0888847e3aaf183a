/**
 * Something between a backend and the kernel, at the ports {@link dev.platter.linux.FileCalls} and
 * {@link dev.platter.linux.IoUringCalls}: it can stop a call before or after the kernel, answer in
 * its place, and change what is asked. For races that timing finds rarely, and faults that no file
 * system can make.
 */
@NullMarked
package dev.platter.conformance.gate;

import org.jspecify.annotations.NullMarked;
