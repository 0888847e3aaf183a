/** What the kit found: trials and violations, and each rule's result for each backend and mode. */
@NullMarked
package dev.platter.conformance.report;

import org.jspecify.annotations.NullMarked;
