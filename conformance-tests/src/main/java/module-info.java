/** The conformance kit for backends. */
module dev.platter.conformance {
    requires dev.platter.api;
    requires static org.jspecify;

    exports dev.platter.conformance;
    exports dev.platter.conformance.model;
}
