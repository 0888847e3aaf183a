/** The conformance kit for backends. */
module dev.platter.conformance {
    requires transitive dev.platter.api;
    requires transitive dev.platter.linux;
    requires static org.jspecify;

    exports dev.platter.conformance;
    exports dev.platter.conformance.crashfs;
    exports dev.platter.conformance.model;
    exports dev.platter.conformance.torture;
}
