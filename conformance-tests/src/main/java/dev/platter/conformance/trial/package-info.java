/**
 * How the kit drives a backend: one trial is a medium, a backend on it, requests that are recorded
 * as a history, perhaps a power cut, and the model's judgement.
 */
@NullMarked
package dev.platter.conformance.trial;

import org.jspecify.annotations.NullMarked;
