/** The platter command. */
module dev.platter.cli {
    requires dev.platter.api;
    requires static org.jspecify;
}
