/** The conformance kit for backends; holds no test yet. */
module dev.platter.conformance {
    requires dev.platter.api;
    requires static org.jspecify;
}
