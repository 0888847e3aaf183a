/**
 * Crash trials: random requests of concurrent clients to a backend whose medium loses its power at
 * some operation; then what the disk holds is judged by the durability model. Knows the backend
 * SPI, the medium and the model, and no backend.
 */
@NullMarked
package dev.platter.conformance.torture;

import org.jspecify.annotations.NullMarked;
