/** Linux system calls by the Foreign Function and Memory API; nothing but the JDK beneath. */
module dev.platter.linux {
    requires static transitive org.jspecify;

    exports dev.platter.linux;
}
