/** What every command shows while it works. Knows no command. */
@NullMarked
package dev.platter.cli.console;

import org.jspecify.annotations.NullMarked;
