/** The conformance kit for backends; holds no test yet. */
module dev.platter.conformance {
    requires transitive dev.platter.api;
    requires transitive dev.platter.linux;
    requires static org.jspecify;

    exports dev.platter.conformance.crashfs;
}
