/**
 * Guest memory as the host sees it: the map from guest-physical addresses to native segments, and
 * the native {@code iovec} array of one request. Knows no ring, no device and no backend.
 */
@NullMarked
package dev.platter.api.memory;

import org.jspecify.annotations.NullMarked;
