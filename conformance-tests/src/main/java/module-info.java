/** The conformance kit for backends. */
module dev.platter.conformance {
    requires transitive dev.platter.api;
    requires transitive dev.platter.linux;
    requires java.management;
    requires jdk.management;
    requires transitive net.jqwik.api;
    requires transitive org.junit.jupiter.api;
    requires static org.apiguardian.api;
    requires static org.jspecify;
    requires static transitive org.junit.platform.launcher;
    requires org.opentest4j;

    exports dev.platter.conformance;
    exports dev.platter.conformance.crashfs;
    exports dev.platter.conformance.files;
    exports dev.platter.conformance.gate;
    exports dev.platter.conformance.kit;
    exports dev.platter.conformance.litmus;
    exports dev.platter.conformance.memory;
    exports dev.platter.conformance.model;
    exports dev.platter.conformance.report;
    exports dev.platter.conformance.torture;
    exports dev.platter.conformance.trial;
}
