/**
 * Tests of the device through the driver's eyes, each run in-process and over the real socket. They
 * know the driver, the device's constructors and the backend's counters, and nothing between.
 */
package dev.platter.it.device;
