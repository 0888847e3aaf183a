package dev.platter.cli.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A QEMU-style option value, {@code key=value,key=value}, where a doubled comma stands for one
 * comma in a value. Each accessor takes its key out; what is left at the end was not known.
 */
final class OptionList {
    private final String option;
    private final Map<String, String> values = new LinkedHashMap<>();

    private OptionList(String option) {
        this.option = option;
    }

    /**
     * Reads the text of one option.
     *
     * @param option the option's name, such as {@code --disk}, for error sentences
     */
    static OptionList parse(String option, String text) throws UsageException {
        OptionList list = new OptionList(option);
        for (String part : split(text)) {
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw new UsageException(
                        option + ": '" + part + "' is not of the form key=value; see --help.");
            }
            String key = part.substring(0, equals);
            if (list.values.put(key, part.substring(equals + 1)) != null) {
                throw new UsageException(option + ": " + key + "= is given twice; give it once.");
            }
        }
        return list;
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != ',') {
                part.append(text.charAt(i));
            } else if (i + 1 < text.length() && text.charAt(i + 1) == ',') {
                part.append(',');
                i++;
            } else {
                parts.add(part.toString());
                part.setLength(0);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    /** The text of a key that may be absent. */
    Optional<String> text(String key) throws UsageException {
        String value = values.remove(key);
        if (value != null && value.isEmpty()) {
            throw new UsageException(
                    option + ": " + key + "= is empty; give it a value or leave it out.");
        }
        return Optional.ofNullable(value);
    }

    /** A switch: {@code on} or {@code off}. */
    Optional<Boolean> onOff(String key) throws UsageException {
        Optional<String> value = text(key);
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of("on".equals(choice(key, value.get(), List.of("on", "off"))));
    }

    /** One of a few words. */
    Optional<String> choice(String key, List<String> words) throws UsageException {
        Optional<String> value = text(key);
        return value.isEmpty() ? value : Optional.of(choice(key, value.get(), words));
    }

    private String choice(String key, String value, List<String> words) throws UsageException {
        if (!words.contains(value)) {
            throw new UsageException(
                    option
                            + ": "
                            + key
                            + "="
                            + value
                            + " is not one of "
                            + String.join(", ", words)
                            + ".");
        }
        return value;
    }

    /** A whole number within bounds. */
    OptionalInt number(String key, int least, int most) throws UsageException {
        Optional<String> value = text(key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int number = Integer.parseInt(value.get());
            if (number >= least && number <= most) {
                return OptionalInt.of(number);
            }
        } catch (NumberFormatException e) {
            // answered below, like a number out of range
        }
        throw new UsageException(
                option
                        + ": "
                        + key
                        + "="
                        + value.get()
                        + " is not a whole number from "
                        + least
                        + " to "
                        + most
                        + ".");
    }

    /** A size in bytes, with QEMU's suffixes. */
    OptionalLong size(String key) throws UsageException {
        Optional<String> value = text(key);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong size = Sizes.parse(value.get());
        if (size.isEmpty() || size.getAsLong() == 0) {
            throw new UsageException(
                    option
                            + ": "
                            + key
                            + "="
                            + value.get()
                            + " is not a size; write bytes, or a number with K, M, G or T, as in size=10G.");
        }
        return size;
    }

    /** Refuses whatever no accessor has taken. */
    void refuseRest(String known) throws UsageException {
        if (!values.isEmpty()) {
            throw new UsageException(
                    option
                            + ": there is no option '"
                            + values.keySet().iterator().next()
                            + "'; the options are "
                            + known
                            + ".");
        }
    }
}
