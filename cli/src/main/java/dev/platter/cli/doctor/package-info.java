/** What this machine offers, in plain words. Knows no command. */
@NullMarked
package dev.platter.cli.doctor;

import org.jspecify.annotations.NullMarked;
